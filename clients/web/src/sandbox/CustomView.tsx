import { type ReactNode, createElement, useEffect, useMemo, useRef, useState } from "react";
import type { Values } from "../api/apps";
import { type Key, useText } from "../text";
import "./drawing.css";
import { BadDrawing, type Drawn, readDrawing } from "./drawing";
import type { Outcome, ProblemKind } from "./engine";
import { Sandbox } from "./sandbox";

const MOST_RECORDS = 5_000;
const NONE: readonly object[] = [];
const NOBODY: Readonly<Record<string, string>> = {};
const WORDS: Record<ProblemKind, Key> = {
  time: "drewTooLong", gone: "drewTooLong", memory: "drewTooMuch", output: "drewTooLarge", script: "notDrawn",
};

/** A record as scripts get it. */
export interface DrawnRecord {
  record_id: string;
  entity: string;
  values: Values;
  entered_by: string;
  entered_at: string;
}

interface CustomViewProps {
  /** JavaScript with a function draw(data), from the app's spec. */
  script: string;
  /** Newest first; the script gets at most 5,000 of them. */
  records: readonly DrawnRecord[];
  /** The app's spec and the view itself, as the API gives them. */
  spec: object;
  view?: object;
  /** GetFigures' answer. */
  figures?: readonly object[];
  /** Names by person id, of those who may see the app. */
  people?: Readonly<Record<string, string>>;
  language?: string;
  /** "2026-03-15", in the viewer's time zone. */
  today?: string;
}

type Shown = { drawn: Drawn[] } | { why: Key; detail: string } | undefined;

/** A view that a script draws: the script runs apart from the page, and all that comes back is shown as plain elements. */
export function CustomView({ script, records, spec, view, figures = NONE, people = NOBODY, language = "en", today = localDay() }: CustomViewProps) {
  const t = useText();
  const sandbox = useRef<Sandbox | undefined>(undefined);
  const [shown, setShown] = useState<Shown>();
  const data = useMemo(
    () => JSON.stringify({ records: records.slice(0, MOST_RECORDS), spec, view, figures, people, language, today }),
    [records, spec, view, figures, people, language, today],
  );

  useEffect(() => () => { sandbox.current?.close(); sandbox.current = undefined; }, []);
  useEffect(() => {
    const leaving = new AbortController();
    sandbox.current ??= new Sandbox();
    sandbox.current.draw(script, data, leaving.signal).then(
      (outcome) => { if (outcome && !leaving.signal.aborted) setShown(understood(outcome)); },
      (error: unknown) => { if (!leaving.signal.aborted) setShown({ why: "notDrawn", detail: String(error) }); },
    );
    return () => leaving.abort();
  }, [script, data]);

  if (!shown) return <p role="status" className="hint">{t("drawing")}</p>;
  if ("why" in shown) {
    return (
      <p role="alert" className="error">
        {t(shown.why)} {shown.detail && <small>{shown.detail}</small>}
      </p>
    );
  }
  return (
    <section className="drawn" aria-label={t("customView")}>
      {shown.drawn.map(element)}
      {records.length > MOST_RECORDS && <p className="hint">{t("newestOnly", { count: MOST_RECORDS })}</p>}
    </section>
  );
}

function understood(outcome: Outcome): Shown {
  if ("problem" in outcome) return { why: WORDS[outcome.problem] ?? "notDrawn", detail: outcome.detail };
  try {
    return { drawn: readDrawing(outcome.drawing) };
  } catch (error) {
    if (error instanceof BadDrawing) return { why: "notDrawn", detail: error.message };
    throw error;
  }
}

function element(node: Drawn, index: number): ReactNode {
  if (typeof node === "string") return node;
  return createElement(node.tag, { ...node.props, key: index }, ...(node.children.length ? [node.children.map(element)] : []));
}

function localDay(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}
