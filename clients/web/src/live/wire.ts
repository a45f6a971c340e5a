import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";

// The first number of a message: y-protocols' own, and Madeleine's.
export const SYNC = 0;
export const AWARENESS = 1;
export const REFUSED = 100;
export const HELLO = 101;
// From the server: so many updates were committed or refused since the last such word.
export const SAVED = 102;
// To the server: a fresh access token, before the old one runs out.
export const TOKEN = 103;

/** What the server says first, and again when it changes. */
export interface Hello {
  /** Of another epoch nothing of a local document may be kept. */
  epoch: string;
  spec_version: number;
  role: string;
  person_id: string;
}

/** A change that the server took back. */
export interface Refusal {
  record_id: string;
  /** Empty: the record as a whole. */
  field: string;
  reason: string;
}

/** A message of one kind whose body `write` puts in. */
export function message(kind: number, write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, kind);
  write(encoder);
  return encoding.toUint8Array(encoder);
}

/** The JSON of one of Madeleine's own messages. */
export function readJson<T>(decoder: decoding.Decoder): T {
  return JSON.parse(decoding.readVarString(decoder)) as T;
}
