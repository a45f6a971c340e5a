import type { Spec } from "../../api/apps";
import { labelOf } from "../../apps/values";
import { titleOfView, viewsOf } from "../../apps/views";
import { useText } from "../../text";

/** What an app records and shows, before it is opened. */
export function SpecPreview({ spec }: { spec: Spec }) {
  const t = useText();
  return (
    <div className="spec">
      <h2><span className="emoji" aria-hidden="true">{spec.icon}</span> {spec.title}</h2>
      {spec.description && <p className="hint">{spec.description}</p>}
      {spec.entities?.map((entity) => (
        <p key={entity.name} className="chips">
          <b>{entity.label || entity.name}</b>
          {entity.fields?.map((field) => <span key={field.name} className="chip">{labelOf(field)}</span>)}
        </p>
      ))}
      <p className="chips">
        <b>{t("views")}</b>
        {viewsOf(spec).map((view) => <span key={view.name} className="chip">{titleOfView(view, spec)}</span>)}
      </p>
    </div>
  );
}
