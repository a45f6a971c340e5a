import type { Api } from "./client";
import { newKey } from "./client";
import { sha256 } from "./sha256";
import type { Attachment } from "./types";

const TRIES = 5;
const WAIT_MS = 800;
// Browsers do not know these everywhere.
const TYPES: Readonly<Record<string, string>> = {
  md: "text/markdown", csv: "text/csv", txt: "text/plain", json: "application/json",
};

/** The type that the API is told: the browser's, or one by the name's ending. */
export function mediaType(name: string, type: string): string {
  const known = TYPES[name.split(".").at(-1)?.toLowerCase() ?? ""];
  return known ?? (type.split(";")[0]?.trim() || "application/octet-stream");
}

/** Base64 of bytes. */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  // In pieces: a call takes only so many arguments.
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}

/**
 * Sends a file part by part, going on where it stood when the connection breaks; `onProgress` is told parts of 1.
 *
 * Throws ApiError for what is refused, TypeError when the server stays away.
 */
export async function upload(api: Api, path: string, file: File, onProgress: (done: number) => void): Promise<Attachment> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const body = {
    name: file.name, media_type: mediaType(file.name, file.type), size_bytes: String(bytes.length),
    sha256: await sha256(bytes), idempotency_key: newKey(),
  };
  const made = await api.post<{ attachment: Attachment; part_bytes: number }>(`${path}/attachments`, body);
  const where = `${path}/attachments/${encodeURIComponent(made.attachment.attachment_id)}`;
  let { attachment } = made;
  for (let failures = 0; Number(attachment.received_bytes) < bytes.length; ) {
    const offset = Number(attachment.received_bytes);
    try {
      const data = base64(bytes.subarray(offset, offset + made.part_bytes));
      const part = { offset: String(offset), data };
      attachment = (await api.put<{ attachment: Attachment }>(`${where}/parts`, part)).attachment;
      onProgress(Number(attachment.received_bytes) / bytes.length);
      failures = 0;
    } catch (error) {
      if (!(error instanceof TypeError) || ++failures >= TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS * failures));
      // The part may have arrived although its answer did not.
      attachment = await api.get<{ attachment: Attachment }>(where).then((found) => found.attachment, () => attachment);
    }
  }
  return attachment;
}
