import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { RulesAnswer, TryAnswer } from '../../../src/api/rules/schema.ts';
import { api } from '../../kit/api.ts';
import { Button } from '../../kit/button.tsx';
import { Card, Notice } from '../../kit/card.tsx';
import { Select, TextArea, TextField } from '../../kit/field.tsx';
import { formatCount, formatMoment } from '../../kit/format.ts';
import { useMay } from '../../kit/session.ts';
import { Table } from '../../kit/table.tsx';
import { useParam, useTextParam } from '../../kit/use-param.ts';
import { useMutation } from '../../kit/use-query.ts';

type Match = TryAnswer['matches'][number];

/** Tries a rule, or a pattern, on a text or on the newest messages of a channel. Nothing of it is kept. */
export function TryRule({ answer: { rules, detectors } }: { answer: RulesAnswer }): JSX.Element {
  const [what, setWhat] = useTextParam('what', rules[0] ? `rule:${rules[0].id}` : 'pattern');
  const mayRead = useMay('admin');
  const [on, setOn] = useParam('on', 'text', mayRead ? ['text', 'channel'] : ['text']);
  const [pattern, setPattern] = useState('');
  const [text, setText] = useState('');
  const [channel, setChannel] = useState('');
  const [last, setLast] = useState('50');
  const mayTry = useMay('editor');
  const tried = useMutation(async (body: object) => api.post<TryAnswer>('/api/rules/try', body), { quiet: true });
  const [found, setFound] = useState<TryAnswer | null>(null);
  const options = [
    ...rules.map(({ id, name }) => ({ value: `rule:${id}`, label: name })),
    ...detectors.map(({ name, finds }) => ({ value: `detector:${name}`, label: `Any ${finds}` })),
    { value: 'pattern', label: 'A pattern that I type' },
  ];
  const run = async (event: Event): Promise<void> => {
    event.preventDefault();
    const target = on === 'text' ? { text } : { channel: channel.trim(), last: Number(last) };
    setFound((await tried.run({ what: whatOf(what, pattern), on: target })) ?? null);
  };
  const isReady = (what !== 'pattern' || pattern !== '') && (on === 'text' ? text !== '' : channel.trim() !== '');
  if (!mayTry) return <Notice>Trying rules needs the role editor.</Notice>;
  return (
    <div class="rule-try">
      <Card title="Try">
        <form class="stack" onSubmit={(event) => void run(event)}>
          <Select label="What to look for" value={what} options={options} onChange={setWhat} />
          {what === 'pattern' && (
            <TextField label="Pattern" hint="RE2, such as AKIA[0-9A-Z]{16}" value={pattern} onInput={setPattern} autocomplete="off" />
          )}
          <Select
            label="On"
            value={on}
            options={[
              { value: 'text', label: 'A text' },
              ...(mayRead ? [{ value: 'channel', label: 'The newest messages of a channel' } as const] : []),
            ]}
            onChange={setOn}
          />
          {on === 'text' ? (
            <TextArea label="Text" hint="It is only looked at, and neither kept nor logged" rows={6} value={text} onInput={setText} />
          ) : (
            <div class="rule-pair">
              <TextField label="Channel" hint="Its id, such as C0123ABCD" value={channel} onInput={setChannel} autocomplete="off" />
              <TextField label="Messages" hint="1 to 200" type="number" min={1} max={200} value={last} onInput={setLast} />
            </div>
          )}
          {tried.error && <Notice tone="danger">{tried.error.message}</Notice>}
          <div>
            <Button type="submit" tone="primary" icon="search" busy={tried.busy} disabled={!isReady}>
              Try
            </Button>
          </div>
        </form>
      </Card>
      {found && <Found found={found} />}
    </div>
  );
}

function whatOf(what: string, pattern: string): object {
  if (what.startsWith('rule:')) return { id: what.slice(5) };
  if (what.startsWith('detector:')) return { look: { detector: what.slice(9) } };
  return { look: { pattern } };
}

function Found({ found: { matches, messages, refused } }: { found: TryAnswer }): JSX.Element {
  const said = messages
    ? `${formatCount(messages.matched, 'message')} of the last ${String(messages.looked)} ${messages.matched === 1 ? 'matches' : 'match'}`
    : formatCount(matches.length, 'match', 'matches');
  return (
    <Card title={matches.length === 0 ? 'Nothing matches' : said} flush={matches.length > 0}>
      <div role="status">
        {refused !== null && <Notice tone="warn">A rule with this pattern would be refused: {refused}.</Notice>}
        {matches.length === 0 && <p class="muted">{messages ? `${said}.` : 'The text has nothing that would be found.'}</p>}
        {messages !== null && messages.files > 0 && (
          <p class="small muted rule-note">
            The contents of {formatCount(messages.files, 'file')} were not looked at: the command <code>watchpost rules test</code> does
            that.
          </p>
        )}
        {matches.length > 0 && (
          <Table<Match>
            label="What was found"
            rows={matches}
            rowKey={(match) => `${match.message?.id ?? ''} ${match.where} ${String(match.start)} ${String(match.end)}`}
            columns={[
              { id: 'masked', label: 'Found', cell: ({ masked }) => <code>{masked}</code> },
              {
                id: 'where',
                label: 'Where',
                cell: ({ where, start, end }) => `${where === 'text' ? '' : `${where}, `}characters ${String(start + 1)} to ${String(end)}`,
              },
              ...(messages ? [{ id: 'message', label: 'Message', cell: messageOf }] : []),
            ]}
          />
        )}
      </div>
    </Card>
  );
}

function messageOf({ message }: Match): JSX.Element | string {
  if (!message) return '';
  const when = formatMoment(message.postedAtMs);
  return message.link === null ? when : <a href={message.link}>{when}</a>;
}
