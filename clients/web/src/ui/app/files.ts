import type { Api } from "../../api/client";

interface Piece {
  data?: string;
  file_name?: string;
  media_type?: string;
}

export interface ExportedFile {
  name: string;
  blob: Blob;
}

/** A file that the server sends in pieces of base64. */
export async function exportFile(api: Api, path: string): Promise<ExportedFile> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let [name, type] = ["records", "application/octet-stream"];
  for await (const piece of api.stream<Piece>(path, new AbortController().signal)) {
    name = piece.file_name || name;
    type = piece.media_type || type;
    if (piece.data) parts.push(bytesOf(piece.data));
  }
  return { name, blob: new Blob(parts, { type }) };
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Saves a file where the person keeps theirs; it is never opened in the page. */
export function save({ name, blob }: ExportedFile): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
