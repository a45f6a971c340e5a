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
