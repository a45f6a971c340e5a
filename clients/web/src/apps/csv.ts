/** The rows of CSV text as pieces of text, each with its line end; what stands in quotes may hold line ends. */
export function rowsOf(csv: string): string[] {
  const rows: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < csv.length; i++) {
    if (csv[i] === '"') quoted = !quoted;
    else if (csv[i] === "\n" && !quoted) {
      rows.push(csv.slice(start, i + 1));
      start = i + 1;
    }
  }
  if (start < csv.length) rows.push(csv.slice(start));
  return rows;
}

export interface Piece {
  csv: string;
  /** Rows of the file that come before this piece's, without the header. */
  before: number;
}

/** CSV in pieces of at most `most` bytes, each with the header; a row that alone is larger makes a piece of its own. */
export function piecesOf(csv: string, most: number): Piece[] {
  const [header = "", ...rows] = rowsOf(csv.replace(/^\ufeff/, ""));
  const size = (text: string) => new TextEncoder().encode(text).length;
  const pieces: Piece[] = [];
  let held: string[] = [];
  let room = most - size(header);
  rows.forEach((row, i) => {
    const bytes = size(row);
    if (held.length > 0 && bytes > room) {
      pieces.push({ csv: header + held.join(""), before: i - held.length });
      held = [];
      room = most - size(header);
    }
    held.push(row);
    room -= bytes;
  });
  if (held.length > 0 || pieces.length === 0) pieces.push({ csv: header + held.join(""), before: rows.length - held.length });
  return pieces;
}

/** The names in the first line, as they stand there. */
export function headerOf(csv: string): string[] {
  const [header = ""] = rowsOf(csv.replace(/^\ufeff/, ""));
  const names = [...header.trim().matchAll(/(?:^|[,;\t])(?:"((?:[^"]|"")*)"|([^,;\t"]*))/g)];
  return names.map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain ?? "").trim());
}
