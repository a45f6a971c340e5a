import type { Attachment } from "../api/types";
import { useText } from "../text";
import { ClipIcon } from "./icons";
import { Problem, useAction } from "./parts";
import { useRoom } from "./room";

/** The files of a message, each to be saved. */
export function Files({ attachments }: { attachments: readonly Attachment[] }) {
  const t = useText();
  const { api, path } = useRoom();
  const { busy, error, run } = useAction();
  if (attachments.length === 0) return null;

  const save = (attachment: Attachment) =>
    run(async () => {
      // Fetched, because the token travels in a header; it is saved and never opened in the page.
      const url = URL.createObjectURL(await api.file(`${path}/attachments/${encodeURIComponent(attachment.attachment_id)}:download`));
      const link = document.createElement("a");
      link.href = url;
      link.download = attachment.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    });
  return (
    <ul className="files" aria-label={t("files")}>
      {attachments.map((attachment) => (
        <li key={attachment.attachment_id}>
          <button disabled={busy} aria-label={t("saveFile", { name: attachment.name })} onClick={() => void save(attachment)}>
            <ClipIcon /> {attachment.name} <small>{sizeInWords(Number(attachment.size_bytes))}</small>
          </button>
        </li>
      ))}
      <Problem text={error} />
    </ul>
  );
}

/** "3 B", "1.2 KB", "25.0 MB": in units of 1024. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
