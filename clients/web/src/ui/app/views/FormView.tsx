import { useText } from "../../../text";
import { Empty } from "../../parts";
import { Entry } from "../Entry";
import { usePage } from "../page";
import type { ViewProps } from "./shared";

/** The form for a new record, open. */
export function FormView({ entity }: ViewProps) {
  const t = useText();
  const { rights } = usePage();
  return rights.add(entity.name) ? <Entry entity={entity} /> : <Empty>{t("onlyRead")}</Empty>;
}
