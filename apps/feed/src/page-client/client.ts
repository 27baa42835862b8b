import { tellHeight } from './embedding.ts';
import { find } from './find.ts';
import { goLive } from './go-live.ts';
import { takeList } from './list.ts';
import type { ShownPage } from './shown.ts';
import { wordsOf } from './words.ts';

const tickMs = 20_000;

const { page, isLive }: { page: ShownPage; isLive: boolean } = JSON.parse(find('#state').textContent);
const { slug, language, time_zone: timeZone } = page.feed;
const clock = { language, timeZone, words: wordsOf(language) };
const list = takeList(find('#entries'), page.entries, clock);
list.tick();
setInterval(() => list.tick(), tickMs);
tellHeight(slug);
if (isLive) goLive(page, list, clock.words);

// Somebody followed a link to an entry that is not among the newest: the page that begins with it has it.
const [, linked] = /^#entry-(\d+\.\d+)$/.exec(location.hash) ?? [];
if (linked !== undefined && isLive && !document.querySelector(`[id="entry-${linked}"]`)) location.replace(`?at=${linked}${location.hash}`);
