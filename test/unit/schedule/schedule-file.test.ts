import { readScheduleFile } from '@watchpost/schedule/file/read-schedule-file';
import { toTasks } from '@watchpost/schedule/schedule';
import { describe, expect, it } from 'vitest';

const faultsOf = (text: string): string[] => {
  const reading = readScheduleFile(text);
  return reading.kind === 'valid' ? [] : reading.faults.map(({ line, column, message }) => `${String(line)}:${String(column)} ${message}`);
};
const job = (rest: string): string => `jobs:\n  - name: a\n    ${rest}`;
const post = 'post: { to: slack:C1, text: x }';

describe('the file of jobs on a schedule', () => {
  it.each([
    [job(`cron: "61 * * * *"\n    ${post}`), '3:11 cron is no cron pattern: Invalid value for minute: 61'],
    [job(`cron: "0 0 31 2 *"\n    ${post}`), '3:11 cron names a time that never comes'],
    [
      job(`cron: "* * * * * *"\n    ${post}`),
      '3:11 cron must have five fields: minute, hour, day, month, day of the week, such as "0 7 * * *"',
    ],
    [job(`every: 5s\n    ${post}`), '3:12 every must be a duration from 1m to 30d'],
    [job('every: 5m'), '2:5 each entry of jobs does nothing: it needs store, post or mail'],
    [job(post), '2:5 each entry of jobs needs either cron or every'],
    [job('every: 5m\n    post: { to: C1, text: x }'), '4:17 post.to must name its platform too, before a colon'],
    [
      job('every: 5m\n    post: { to: slack:C1, text: "{title}" }'),
      '4:33 post.text names no field: title; there are job, today, now, count, new, at',
    ],
    [
      job('every: 5m\n    fetch: { url: "file:///etc/passwd", as: text }\n    post: { to: slack:C1, text: x }'),
      '4:19 fetch.url must be an address such as https://example.org/feed',
    ],
    [job(`every: 5m\n    timeZone: Mars/Olympus\n    ${post}`), '4:15 timeZone must be a time zone such as Europe/Berlin'],
    [`jobs:\n  - { name: a, every: 5m, ${post} }\n  - { name: a, every: 5m, ${post} }`, '3:13 name is that of another job in this file: a'],
  ])('names the fault of %j', (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  const picked = (as: string, at: string): string =>
    job(
      `every: 5m\n    fetch: { url: "https://e.org", as: ${as} }\n    pick: { fields: { t: '${at}' } }\n    post: { to: slack:C1, item: "{t}", when: always }`,
    );
  it.each([
    ['json', '$.a[', 'is no JSONPath'],
    ['json', '$.a[?match(@.b, "(a+)+")]', 'may not use match() or search()'],
    ['json', '$.a[?@.x == 1 && !search(@.b, "x")]', 'may not use match() or search()'],
    ['html', 'tr[', 'is no CSS selector'],
    ['feed', 'headline', 'must be one of title, text, link, author, id, date'],
    ['text', 'x', 'has no place in text'],
  ])('refuses places that cannot be looked up: %s %s', (as, at, fault) => {
    expect(faultsOf(picked(as, at)).join()).toContain(fault);
  });
  it.each([
    ['json', '$.a[?length(@.b) > 2].c'],
    ['html', 'td:nth-child(2) > a'],
    ['feed', 'title'],
  ])('takes %s %s', (as, at) => expect(faultsOf(picked(as, at))).toEqual([]));

  it('fills in what it does not say', () => {
    const reading = readScheduleFile(`timeZone: Asia/Tokyo\n${job(`every: 5m\n    ${post}`)}`);
    if (reading.kind === 'faulty') throw new Error('it has no fault');
    expect(toTasks(reading.file)).toMatchObject([
      { name: 'a', times: { pattern: 'every 300000', timeZone: 'Asia/Tokyo' }, late: 3_600_000 },
    ]);
  });
});
