const ADDRESS = /https?:\/\/[^\s<>"'“”‘’「」（），。；！？、]+/g;
const TAIL = /[.,;:!?)\]}]+$/;

/** A text in pieces: plain ones, and web addresses; only http and https, since other schemes can run code. */
export function pieces(text: string): { text: string; href?: string }[] {
  const found: { text: string; href?: string }[] = [];
  let at = 0;
  for (const hit of text.matchAll(ADDRESS)) {
    // The full stop after an address is the sentence's.
    const address = hit[0].replace(TAIL, "");
    if (!URL.canParse(address)) continue;
    if (hit.index > at) found.push({ text: text.slice(at, hit.index) });
    found.push({ text: address, href: address });
    at = hit.index + address.length;
  }
  if (at < text.length) found.push({ text: text.slice(at) });
  return found;
}

/** What somebody wrote, as text; only web addresses become links. */
export function Said({ text }: { text: string }) {
  return pieces(text).map((piece, i) =>
    piece.href ? <a key={i} href={piece.href} target="_blank" rel="noopener noreferrer">{piece.text}</a> : piece.text,
  );
}
