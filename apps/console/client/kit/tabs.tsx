import type { JSX } from 'preact';
import { formatNumber } from './format.ts';

export interface Tab {
  href: string;
  label: string;
  count?: number | null;
  current: boolean;
}

/** Tabs are links: each has an address. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }): JSX.Element {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.href} href={tab.href} aria-current={tab.current ? 'page' : undefined}>
          {tab.label}
          {tab.count !== undefined && tab.count !== null && <span class="count">{formatNumber(tab.count)}</span>}
        </a>
      ))}
    </nav>
  );
}
