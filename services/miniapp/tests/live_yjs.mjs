// A browser's own libraries, yjs and y-protocols, at one end of a live socket: `node live_yjs.mjs URL TOKEN RECORD`.
import { createRequire } from "node:module";

const require = createRequire(process.env.WEB_PACKAGE);
const Y = require("yjs");
const { readSyncMessage, writeSyncStep1, writeUpdate } = require("y-protocols/sync");
const encoding = require("lib0/encoding");
const decoding = require("lib0/decoding");

const [url, token, recordId] = process.argv.slice(2);
const doc = new Y.Doc();
const records = doc.getMap("records");
const undo = new Y.UndoManager(records, { trackedOrigins: new Set(["me"]), captureTimeout: 0 });
const refused = [];
let hello;

const socket = new WebSocket(url, ["madeleine.live.v1", `bearer.${token}`]);
socket.binaryType = "arraybuffer";
const send = (write) => {
  const encoder = encoding.createEncoder();
  write(encoder);
  socket.send(encoding.toUint8Array(encoder));
};
socket.onmessage = ({ data }) => {
  const decoder = decoding.createDecoder(new Uint8Array(data));
  const kind = decoding.readVarUint(decoder);
  if (kind === 0) {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 0);
    readSyncMessage(decoder, encoder, doc, socket);
    if (encoding.length(encoder) > 1) socket.send(encoding.toUint8Array(encoder));
  } else if (kind === 100) {
    refused.push(JSON.parse(decoding.readVarString(decoder)));
  } else if (kind === 101) {
    hello = JSON.parse(decoding.readVarString(decoder));
    send((encoder) => {
      encoding.writeVarUint(encoder, 0);
      writeSyncStep1(encoder, doc);
    });
  }
};
socket.onclose = ({ code }) => {
  console.error(`closed with ${code}`);
  process.exit(1);
};
doc.on("update", (update, origin) => {
  if (origin === socket) return;
  send((encoder) => {
    encoding.writeVarUint(encoder, 0);
    writeUpdate(encoder, update);
  });
});

const until = async (probe) => {
  while (!probe()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const values = () => records.get(recordId)?.get("values");
const set = (name, value) => doc.transact(() => values().set(name, value), "me");

await until(() => values() !== undefined);
set("dish", "stew");
// Somebody else answers with another field of the same record.
await until(() => values().get("calories") === 300);
undo.undo();
await until(() => values().get("dish") === "soup");
set("calories", "many");
await until(() => refused.length > 0 && values().get("calories") === 300);
console.log(JSON.stringify({ hello, refused, record: records.get(recordId).toJSON() }));
process.exit(0);
