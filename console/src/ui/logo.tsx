/** The mark: a receiver off its hook. */
export function Logo({ className }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <g className="fill-on-accent stroke-on-accent">
        <path d="M8 19.5c0-6 3.6-9.5 8-9.5s8 3.5 8 9.5" fill="none" strokeWidth="3.2" strokeLinecap="round" />
        <circle cx="8.3" cy="20.8" r="2.7" strokeWidth="0" />
        <circle cx="23.7" cy="20.8" r="2.7" strokeWidth="0" />
      </g>
    </svg>
  )
}
