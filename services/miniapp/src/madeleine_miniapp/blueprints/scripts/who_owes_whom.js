// Who owes whom: what each paid and had a share in, and the fewest payments that settle it, to the cent.
// The payer is the view's field, the first person field, or who entered the record; the amount is the first money field.
// Shared by the people whom a field of choices or words names ("Ana, Ben"), else by all members. A record that is ticked
// as settled does not count.

const WORDS = {
  en: { owes: "owes", paid: "paid", square: "All square: nobody owes anything.", none: "No expenses yet.", total: "Together" },
  zh: { owes: "应付给", paid: "已付", square: "已结清，互不相欠。", none: "还没有支出。", total: "合计" },
};

const folded = (text) => String(text).trim().toLowerCase();

function namesIn(value) {
  const texts = Array.isArray(value) ? value : typeof value === "string" ? value.split(/[,;，；、/&+]| and |和/) : [];
  return texts.map(folded).filter((name) => name);
}

function shareOf(record, field, people) {
  const wanted = new Set(field ? namesIn(record.values[field.name]) : []);
  const found = people.filter(([id, name]) => wanted.has(id) || wanted.has(folded(name)));
  return (found.length ? found : people).map(([id]) => id);
}

/** The field that names people among whom it is shared: in one record at least it says nothing but members. */
function sharedField(records, view, fields, people) {
  const members = new Set(people.flatMap(([id, name]) => [id, folded(name)]));
  const says = (record, field) => {
    const names = record.entity === view.entity && record.values ? namesIn(record.values[field.name]) : [];
    return names.length > 0 && names.every((name) => members.has(name));
  };
  const kinds = ["FIELD_TYPE_MULTI_CHOICE", "FIELD_TYPE_TEXT"];
  return fields.find((field) => kinds.includes(field.type) && records.some((record) => says(record, field)));
}

function balances(records, view, fields, people) {
  const of = (type) => fields.find((field) => field.type === `FIELD_TYPE_${type}`);
  const payer = fields.find((field) => field.name === view.by && field.type === "FIELD_TYPE_PERSON") || of("PERSON");
  const amount = of("MONEY") || of("NUMBER") || of("INTEGER");
  const shared = sharedField(records, view, fields, people);
  const settled = of("BOOLEAN");
  const paid = new Map();
  const owed = new Map();
  const add = (to, id, cents) => to.set(id, (to.get(id) || 0) + cents);
  for (const record of records) {
    if (record.entity !== view.entity || !record.values || !amount) continue;
    const cents = Math.round(Number(record.values[amount.name]) * 100);
    if (!Number.isFinite(cents) || !cents || (settled && record.values[settled.name] === true)) continue;
    const by = (payer && record.values[payer.name]) || record.entered_by;
    const among = shareOf(record, shared, people);
    if (!by || !among.length) continue;
    add(paid, by, cents);
    // The cents that cannot be split go to the first of them, so that the sum is kept.
    const each = Math.trunc(cents / among.length);
    among.forEach((id, index) => add(owed, id, each + (index === 0 ? cents - each * among.length : 0)));
  }
  return { paid, owed };
}

function payments(paid, owed) {
  const ids = [...new Set([...paid.keys(), ...owed.keys()])].sort();
  const left = ids.map((id) => ({ id, cents: (paid.get(id) || 0) - (owed.get(id) || 0) }));
  const made = [];
  for (;;) {
    left.sort((a, b) => a.cents - b.cents || (a.id < b.id ? -1 : 1));
    const debtor = left[0];
    const creditor = left[left.length - 1];
    if (!debtor || debtor.cents >= 0) return made;
    const cents = Math.min(-debtor.cents, creditor.cents);
    debtor.cents += cents;
    creditor.cents -= cents;
    made.push({ from: debtor.id, to: creditor.id, cents });
  }
}

function draw({ records, spec, view, people, language }) {
  const words = WORDS[String(language).startsWith("zh") ? "zh" : "en"];
  const entity = (spec.entities || []).find((one) => one.name === view.entity);
  const everybody = Object.entries(people).sort(([a], [b]) => (a < b ? -1 : 1));
  const { paid, owed } = balances(records, view, (entity && entity.fields) || [], everybody);
  if (!paid.size) return { tag: "p", attrs: { look: "muted center" }, text: words.none };
  const money = (cents) => `${(cents / 100).toFixed(2)}${spec.currency ? ` ${spec.currency}` : ""}`;
  const name = (id) => people[id] || "?";
  const due = payments(paid, owed);
  const total = [...paid.values()].reduce((sum, cents) => sum + cents, 0);
  return { tag: "div", attrs: { look: "column" }, children: [
    due.length
      ? { tag: "ul", children: due.map(({ from, to, cents }) => ({ tag: "li", children: [
        { tag: "strong", text: name(from) }, ` ${words.owes} `, { tag: "strong", text: name(to) }, ` ${money(cents)}`] })) }
      : { tag: "p", attrs: { look: "good" }, text: words.square },
    { tag: "table", children: [{ tag: "tbody", children: [...paid].sort(([, a], [, b]) => b - a).map(([id, cents]) => ({ tag: "tr", children: [
      { tag: "td", text: `${name(id)} ${words.paid}` }, { tag: "td", attrs: { look: "end" }, text: money(cents) }] })) }] },
    { tag: "p", attrs: { look: "muted" }, text: `${words.total} ${money(total)}` }] };
}
