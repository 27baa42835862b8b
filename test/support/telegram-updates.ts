/** Updates as Telegram sends them, for tests of ingest. */

export const botId = 4_000_001;
export const botToken = `${String(botId)}:AAE-token-of-the-door-rig-0123456789`;
export const botName = 'WatchpostBot';

let next = 1;

/** As after a silent week: the number says nothing. */
const updateId = (): number => (next += 1);

export const ada = { id: 71, is_bot: false, first_name: 'Ada', last_name: 'Lovelace', username: 'ada', language_code: 'en' };
export const bot = { id: botId, is_bot: true, first_name: 'watchpost', username: botName };
export const privateChat = { id: ada.id, type: 'private', first_name: 'Ada' };
export const group = { id: -1_000_123, type: 'supergroup', title: 'Family' };
export const cameras = { id: -1_000_777, type: 'supergroup', title: 'Cameras' };
export const cameraChannel = { id: -1_000_778, type: 'channel', title: 'Front door' };
export const results = { id: -1_000_999, type: 'supergroup', title: 'Results' };

export const nowS = (): number => Math.floor(Date.now() / 1_000);

type Fields = Record<string, unknown>;

export const message = (fields: Fields = {}): Fields => ({
  message_id: (next += 1),
  date: nowS(),
  chat: privateChat,
  from: ada,
  ...fields,
});

export const update = (kind: string, value: unknown): Fields => ({ update_id: updateId(), [kind]: value });

export const says = (text: string, fields: Fields = {}): Fields => update('message', message({ text, ...fields }));

/** A photo in three sizes, not in order. */
export const photo = (id = 'P1'): Fields[] => [
  { file_id: `${id}-s`, file_unique_id: `${id}us`, width: 90, height: 60, file_size: 1_000 },
  { file_id: `${id}-l`, file_unique_id: `${id}ul`, width: 1_280, height: 853, file_size: 90_000 },
  { file_id: `${id}-m`, file_unique_id: `${id}um`, width: 320, height: 213, file_size: 9_000 },
];

export const shows = (fields: Fields = {}): Fields => update('message', message({ photo: photo(), ...fields }));

export const clicks = (data: string, fields: Fields = {}): Fields =>
  update('callback_query', {
    id: `41${String(updateId())}`,
    from: ada,
    message: message({ from: bot }),
    chat_instance: '1',
    data,
    ...fields,
  });
