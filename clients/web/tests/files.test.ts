import { describe, expect, it } from "vitest";
import { type Api, ApiError } from "../src/api/client";
import { computed, sha256 } from "../src/api/sha256";
import { base64, mediaType, upload } from "../src/api/upload";
import { sizeInWords } from "../src/ui/Files";
import { pieces } from "../src/ui/Said";

const hex = (bytes: Uint8Array) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
const decoded = (text: string) => Array.from(atob(text), (c) => c.charCodeAt(0));
const noise = (size: number) => Uint8Array.from({ length: size }, (_, i) => (i * 7919 + 13) & 0xff);

describe("files", () => {
  it("have the hash that everybody computes, at every length around a block", async () => {
    for (const size of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]) {
      // The browser's own against ours, which stands in for it where the page is no secure context.
      expect(hex(computed(noise(size)))).toBe(await sha256(noise(size)));
    }
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(hex(computed(new TextEncoder().encode("abc")))).toBe(abc);
  });

  it("are base64 of any size", () => {
    for (const size of [0, 1, 2, 3, 0x8000, 0x8001]) expect(decoded(base64(noise(size)))).toEqual([...noise(size)]);
  });

  it("have a type, also where the browser knows none", () => {
    expect(mediaType("notes.MD", "")).toBe("text/markdown");
    expect(mediaType("a.png", "image/png")).toBe("image/png");
    expect(mediaType("what", "")).toBe("application/octet-stream");
  });

  it("have a size for people", () => {
    expect([3, 1229, 26_214_400].map(sizeInWords)).toEqual(["3 B", "1.2 KB", "25.0 MB"]);
  });

  it("go on where the upload broke off, with every byte once", async () => {
    const server = { bytes: [] as number[], breaks: 1 };
    const attachment = () => ({ attachment: { attachment_id: "a", received_bytes: String(server.bytes.length) } });
    const api = {
      post: () => Promise.resolve({ ...attachment(), part_bytes: 4 }),
      get: () => Promise.resolve(attachment()),
      put: (_: string, part: { offset: string; data: string }) => {
        expect(Number(part.offset)).toBe(server.bytes.length);
        server.bytes.push(...decoded(part.data));
        // The part arrives, its answer does not.
        if (server.bytes.length === 8 && server.breaks-- > 0) return Promise.reject(new TypeError("network"));
        return Promise.resolve(attachment());
      },
    } as unknown as Api;
    const told: number[] = [];
    await upload(api, "/p", new File([noise(10)], "a.png", { type: "image/png" }), (done) => told.push(done));
    expect(server.bytes).toEqual([...noise(10)]);
    expect(told).toEqual([0.4, 1]);
  });
});

describe("what people write", () => {
  it("has links to http and https alone, without the sentence's end", () => {
    expect(pieces("see https://a.example/b?c=d. Or (http://x.example)")).toEqual([
      { text: "see " }, { text: "https://a.example/b?c=d", href: "https://a.example/b?c=d" }, { text: ". Or (" },
      { text: "http://x.example", href: "http://x.example" }, { text: ")" },
    ]);
    for (const text of ["javascript:alert(1)", "data:text/html,x", "<b>", "", "https://"]) {
      expect(pieces(text).filter((piece) => piece.href)).toEqual([]);
      expect(pieces(text).map((piece) => piece.text).join("")).toBe(text);
    }
  });
});

describe("a refusal", () => {
  it("names every bad field with its reason, once", () => {
    expect(new ApiError(400, "text: is required", { text: "is required" }).words).toBe("text: is required");
    expect(new ApiError(400, "bad request", { text: "is too long", emoji: "is none" }).words).toBe(
      "bad request · text: is too long · emoji: is none",
    );
  });
});
