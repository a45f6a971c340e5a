// Drawn here, because not every machine has a font with emoji. The buttons around them carry the names.

const STROKE = { fill: "none", stroke: "currentColor", strokeWidth: 1.6, strokeLinecap: "round", strokeLinejoin: "round" } as const;

export function ThumbIcon({ down = false }: { down?: boolean }) {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" {...(down ? { transform: "rotate(180)" } : {})}>
      <path {...STROKE} d="M6.500 9 9.500 2.500c1.500 0 2.300 1.200 2 2.700L11 8h4.200c1.100 0 1.900 1 1.700 2.100l-1 5.400c-.2.900-.9 1.500-1.800 1.500H6.500V9ZM6.500 17H3.200V9h3.300" />
    </svg>
  );
}

export function AgainIcon() {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <path {...STROKE} d="M16 10a6 6 0 1 1-1.800-4.300M16 2.800v3.400h-3.400" />
    </svg>
  );
}

function Icon({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <path {...STROKE} d={path} />
    </svg>
  );
}

export const ReplyIcon = () => <Icon path="M8 4.500 3 9.500l5 5M3.500 9.500H12c3 0 5 2 5 6" />;
export const SmileIcon = () => <Icon path="M10 17.500a7.500 7.500 0 1 0 0-15 7.500 7.500 0 0 0 0 15ZM6.800 11.800c.8 1.300 1.900 2 3.200 2s2.400-.7 3.200-2M7.500 7.800v.4M12.500 7.800v.4" />;
export const PencilIcon = () => <Icon path="M3.500 16.500 4.300 13 13 4.300a1.700 1.700 0 0 1 2.600 2.600L7 15.600l-3.500.9ZM11.500 5.800l2.600 2.600" />;
export const BinIcon = () => <Icon path="M4 5.500h12M8 5.500V3.500h4v2M5.500 5.500l.7 11h7.600l.7-11M8.500 8.500v5M11.500 8.500v5" />;
export const ClipIcon = () => <Icon path="M16.500 9.500 9.800 16.200a4 4 0 0 1-5.700-5.700l6.900-6.900a2.700 2.700 0 0 1 3.800 3.800l-6.700 6.700a1.300 1.300 0 0 1-1.900-1.900l6.200-6.200" />;
export const OpenIcon = () => <Icon path="M11 4h5v5M16 4l-7 7M8.500 5H5a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-3.500" />;
export const UndoIcon = () => <Icon path="M7.500 4 4 7.500 7.500 11M4.500 7.500h7a4.500 4.500 0 0 1 0 9H8" />;
export const RedoIcon = () => <Icon path="M12.500 4 16 7.500 12.500 11M15.500 7.500h-7a4.500 4.500 0 0 0 0 9H12" />;
