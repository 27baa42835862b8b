import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { LogEntry, LogSource } from '../../src/api/log/schema.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Badge, Card } from '../kit/card.tsx';
import { SearchField, Select } from '../kit/field.tsx';
import { formatDay } from '../kit/format.ts';
import { More } from '../kit/more.tsx';
import { Filters, Page } from '../kit/page.tsx';
import { personPage } from '../kit/place.ts';
import { useMay } from '../kit/session.ts';
import { Empty, ErrorState, Skeleton } from '../kit/states.tsx';
import { Summary } from '../kit/summary.tsx';
import { Time } from '../kit/time.tsx';
import { dismissUndo, toast } from '../kit/toast.tsx';
import { useParam } from '../kit/use-param.ts';
import { useInfinite, useMutation } from '../kit/use-query.ts';
import './log/log.css';

const labels: Record<LogSource, string> = {
  people: 'People',
  rules: 'Rules',
  feeds: 'Feeds',
  queue: 'Queue',
  cameras: 'Cameras',
  violations: 'Violations',
  quarantine: 'Quarantine',
  backups: 'Backups',
  'sign-in': 'Sign-in',
  requests: 'Requests',
};
const sources = [
  'all',
  'people',
  'rules',
  'feeds',
  'queue',
  'cameras',
  'violations',
  'quarantine',
  'backups',
  'sign-in',
  'requests',
] as const;

/** Who changed what, and when; changes of people can be undone for ten minutes. */
export function LogPage(): JSX.Element {
  const [source, setSource] = useParam('source', 'all', sources);
  const [actor, setActor] = useParam('actor', '');
  const [person, setPerson] = useParam('person', '');
  const log = useInfinite<LogEntry>('/api/log', { source: source === 'all' ? null : source, actor, person }, { topics: ['log'] });
  const options = sources.map((value) => ({ value, label: value === 'all' ? 'Everything' : labels[value] }));
  return (
    <Page
      title="Log"
      about="Who changed what. Changes of people can be undone for ten minutes; entries are kept for 400 days or as AUDIT_KEEP_DAYS says."
    >
      <Filters>
        <Select inline label="What was changed" value={source} options={options} onChange={setSource} />
        <SearchField label="Who, such as console:ada" value={actor} onSearch={setActor} />
        {person !== '' && (
          <Button size="small" icon="close" onClick={() => setPerson('')}>
            One person only
          </Button>
        )}
      </Filters>
      <Entries log={log} />
    </Page>
  );
}

function Entries({ log }: { log: ReturnType<typeof useInfinite<LogEntry>> }): JSX.Element {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!end.current) return undefined;
    const observer = new IntersectionObserver((seen) => seen.some(({ isIntersecting }) => isIntersecting) && log.loadMore(), {
      rootMargin: '600px',
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [log.items.length, log.more]);
  if (log.error && !log.ready) return <ErrorState error={log.error} onRetry={log.refetch} />;
  if (!log.ready) return <Skeleton lines={8} />;
  if (log.items.length === 0 && !log.more) {
    return (
      <Empty icon="log" title="Nothing here">
        Once somebody names a person, changes a rule or signs in, it stands here with who did it. Other filters may show more.
      </Empty>
    );
  }
  const days = byDay(log.items);
  return (
    <div class="stack">
      {days.map(([day, entries]) => (
        <Card key={day} title={day} flush>
          <ul class="log-list">
            {entries.map((entry) => (
              <Entry key={`${entry.source}-${entry.id}`} entry={entry} />
            ))}
          </ul>
        </Card>
      ))}
      <div ref={end}>{log.more && !log.error && <Skeleton lines={2} />}</div>
      <More list={log} label={null} />
    </div>
  );
}

function Entry({ entry }: { entry: LogEntry }): JSX.Element {
  const mayUndo = useMay('editor');
  const undo = useMutation(async () => api.post(`/api/changes/${entry.id}/undo`), {
    invalidates: ['/api/'],
    done: () => {
      dismissUndo([entry.id]);
      toast(`Undone: ${entry.text}`);
    },
  });
  const who = entry.actor ?? 'Somebody';
  const what = <Summary text={entry.text} />;
  return (
    <li class="log-entry">
      <span class="log-time faint number">
        <Time at={entry.atMs} as="clock" />
      </span>
      <div class="grow">
        <p class={entry.undone ? 'log-text log-undone' : 'log-text'}>
          {entry.personIds.length === 1 ? <a href={personPage(entry.personIds[0] ?? '')}>{what}</a> : what}
        </p>
        <p class="log-who muted small">
          {who}
          {entry.where && entry.where !== 'console' && ` · ${entry.where}`}
        </p>
      </div>
      {entry.undone && <Badge>undone</Badge>}
      <Badge tone={entry.text.startsWith('Was refused') ? 'warn' : 'plain'}>{labels[entry.source]}</Badge>
      {entry.canUndo && mayUndo && (
        <Button size="small" icon="undo" busy={undo.busy} onClick={() => void undo.run()}>
          Undo
        </Button>
      )}
    </li>
  );
}

function byDay(entries: readonly LogEntry[]): [string, LogEntry[]][] {
  const days = new Map<string, LogEntry[]>();
  for (const entry of entries) {
    const day = formatDay(entry.atMs);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return [...days];
}
