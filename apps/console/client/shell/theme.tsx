import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { IconButton } from '../kit/button.tsx';

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const stored = (): Theme => {
  try {
    return themes.find((theme) => theme === localStorage.getItem('theme')) ?? 'system';
  } catch {
    return 'system';
  }
};

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

apply(stored());

/** From the system's choice to light, to dark, and around. */
export function ThemeSwitch(): JSX.Element {
  const [theme, setTheme] = useState(stored());
  useEffect(() => {
    apply(theme);
    try {
      localStorage.setItem('theme', theme);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }, [theme]);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  const icon = theme === 'light' ? 'sun' : theme === 'dark' ? 'moon' : 'half';
  return (
    <IconButton
      icon={icon}
      size="small"
      label={`Colours: ${theme === 'system' ? 'as the system' : theme}. Switch to ${next === 'system' ? 'as the system' : next}`}
      onClick={() => setTheme(next)}
    />
  );
}
