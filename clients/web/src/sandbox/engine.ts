import release from "@jitl/quickjs-wasmfile-release-sync";
import {
  type QuickJSContext, type QuickJSHandle, type QuickJSWASMModule, Scope, errors, newQuickJSWASMModuleFromVariant, newVariant,
} from "quickjs-emscripten-core";

/** What a script may use. Time counts from its first line to its drawing; reading the data is ours. */
export const LIMITS = {
  scriptChars: 64 * 1024,
  dataChars: 4 * 1024 * 1024,
  timeMs: 250,
  // Of the engine as a whole; it begins with 16 MiB.
  memoryBytes: 64 * 1024 * 1024,
  stackBytes: 256 * 1024,
  outputChars: 512 * 1024,
  detailChars: 300,
};

const PAGE = 64 * 1024;
const PAGES_AT_FIRST = 256;

/** "gone": the script did not even stop when it was told to, and was killed with its sandbox. */
export type ProblemKind = "time" | "memory" | "output" | "script" | "gone";

/** A drawing as JSON that nobody has checked yet, or why there is none. */
export type Outcome = { drawing: string } | { problem: ProblemKind; detail: string };

/** Compiles QuickJS from its WebAssembly file. */
export function loadEngine(wasm: ArrayBuffer): Promise<QuickJSWASMModule> {
  // The runtime's own memory limit counts 8 bytes for every block in this build, however large: the memory itself is limited.
  const wasmMemory = new WebAssembly.Memory({ initial: PAGES_AT_FIRST, maximum: LIMITS.memoryBytes / PAGE });
  // Any location will do: without one it looks beside its own script, and a blob has no beside.
  return newQuickJSWASMModuleFromVariant(newVariant(release, { wasmBinary: wasm, wasmLocation: "none", wasmMemory }));
}

// Taken before the script's first line, so that nothing that it redefines changes what they do.
const READ = `((text) => {
  const { freeze } = Object;
  const frozen = (value) => {
    if (typeof value === "object" && value !== null) { for (const key in value) frozen(value[key]); freeze(value); }
    return value;
  };
  return frozen(JSON.parse(text));
})`;
const WRITE = `((stringify) => (value) => stringify(value))(JSON.stringify)`;
const DRAW = `typeof draw === "function" ? draw : undefined`;

/**
 * Calls the script's `draw(data)` in a JavaScript of its own: no page, no network, no clock but the date's, no modules.
 * `data` is JSON text, and frozen when the script gets it. What it returns is text again: nothing but text ever leaves.
 * After a problem the engine is not to be used again: what ran out of memory cannot be tidied.
 */
export function run(engine: QuickJSWASMModule, script: string, data: string): Outcome {
  if (script.length > LIMITS.scriptChars) return { problem: "script", detail: `it is longer than ${LIMITS.scriptChars} characters` };
  if (data.length > LIMITS.dataChars) return { problem: "memory", detail: "there are too many records for it" };
  let deadline = Infinity;
  const runtime = engine.newRuntime();
  runtime.setMaxStackSize(LIMITS.stackBytes);
  runtime.setInterruptHandler(() => performance.now() > deadline);
  const context = runtime.newContext();
  try {
    const outcome = Scope.withScope((scope) =>
      drawn(context, scope, script, data, () => { deadline = performance.now() + LIMITS.timeMs; }));
    context.dispose();
    runtime.dispose();
    return outcome;
  } catch (error) {
    return told(error, performance.now() > deadline);
  }
}

function drawn(context: QuickJSContext, scope: Scope, script: string, data: string, start: () => void): Outcome {
  const evaluated = (code: string, name: string) => scope.manage(context.unwrapResult(context.evalCode(code, name)));
  const called = (of: QuickJSHandle, value: QuickJSHandle) =>
    scope.manage(context.unwrapResult(context.callFunction(of, context.undefined, value)));
  const write = evaluated(WRITE, "write");
  const given = called(evaluated(READ, "read"), scope.manage(context.newString(data)));
  start();
  evaluated(script, "script");
  const draw = evaluated(DRAW, "draw");
  if (context.typeof(draw) !== "function") return { problem: "script", detail: "it has no function draw(data)" };
  const written = called(write, called(draw, given));
  if (context.typeof(written) !== "string") return { problem: "script", detail: "draw(data) returned no element" };
  const length = context.getProp(written, "length").consume((handle) => context.getNumber(handle));
  return length > LIMITS.outputChars ? { problem: "output", detail: "" } : { drawing: context.getString(written) };
}

function told(error: unknown, late: boolean): Outcome {
  const text = inWords(error instanceof errors.QuickJSUnwrapError ? error.cause : error);
  if (text.includes("out of memory")) return { problem: "memory", detail: "" };
  if (late || text.includes("InternalError: interrupted")) return { problem: "time", detail: "" };
  return { problem: "script", detail: text.slice(0, LIMITS.detailChars) };
}

function inWords(thrown: unknown): string {
  return typeof thrown === "object" && thrown !== null && "message" in thrown && "name" in thrown
    ? `${thrown.name}: ${thrown.message}`
    : `it threw ${String(thrown)}`;
}
