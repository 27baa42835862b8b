/** What the page itself says. `{…}` is filled in. */
export interface Words {
  /** Of the page, for search engines. */
  summary: string;
  live: string;
  connecting: string;
  reconnecting: string;
  offline: string;
  liveAgain: string;
  closed: string;
  empty: string;
  emptyClosed: string;
  emptyOlder: string;
  reload: string;
  /** Of a number of messages. */
  newMessage: string;
  newMessages: string;
  messages: string;
  wholePage: string;
  notFound: string;
  starting: string;
  older: string;
  newest: string;
  edited: string;
  /** Before the name of somebody. */
  inReplyTo: string;
  inReplyToEarlier: string;
  replies: string;
  pictureComing: string;
  /** In front of a picture without a description. */
  pictureOf: string;
  said: string;
  justNow: string;
  follow: string;
  embed: string;
  embedHow: string;
  feeds: string;
  noFeeds: string;
  toMessages: string;
}

const en: Words = {
  summary: 'Live messages from {headline}.',
  live: 'Live',
  connecting: 'Connecting…',
  reconnecting: 'Connection lost. Trying again…',
  offline: 'You are offline. New messages appear when you are back.',
  liveAgain: 'Live again.',
  closed: 'Closed. No new messages will appear here.',
  empty: 'Nothing here yet. New messages appear by themselves.',
  emptyClosed: 'There are no messages here.',
  emptyOlder: 'There are no older messages.',
  reload: 'Reload the page to see new messages.',
  newMessage: '{count} new message',
  newMessages: '{count} new messages',
  messages: 'Messages',
  wholePage: 'Open the whole page',
  notFound: 'There is no such feed.',
  starting: 'The feed is starting. This page loads again by itself.',
  older: 'Older messages',
  newest: 'Newest messages',
  edited: 'edited',
  inReplyTo: 'In reply to {name}',
  inReplyToEarlier: 'In reply to an earlier message',
  replies: 'Replies',
  pictureComing: 'A picture is on its way',
  pictureOf: 'Picture from {name}',
  said: '{name}: {text}',
  justNow: 'just now',
  follow: 'Follow',
  embed: 'Embed',
  embedHow: 'Copy this into your page:',
  feeds: 'Live feeds',
  noFeeds: 'There are no feeds yet.',
  toMessages: 'Skip to the messages',
};

const de: Words = {
  summary: 'Live-Nachrichten aus {headline}.',
  live: 'Live',
  connecting: 'Verbindung wird aufgebaut …',
  reconnecting: 'Verbindung unterbrochen. Neuer Versuch …',
  offline: 'Sie sind offline. Neue Nachrichten erscheinen, sobald Sie wieder verbunden sind.',
  liveAgain: 'Wieder live.',
  closed: 'Beendet. Hier erscheinen keine neuen Nachrichten mehr.',
  empty: 'Noch nichts zu lesen. Neue Nachrichten erscheinen von selbst.',
  emptyClosed: 'Hier gibt es keine Nachrichten.',
  emptyOlder: 'Es gibt keine älteren Nachrichten.',
  reload: 'Laden Sie die Seite neu, um neue Nachrichten zu sehen.',
  newMessage: '{count} neue Nachricht',
  newMessages: '{count} neue Nachrichten',
  messages: 'Nachrichten',
  wholePage: 'Ganze Seite öffnen',
  notFound: 'Diesen Feed gibt es nicht.',
  starting: 'Der Feed startet gerade. Diese Seite lädt von selbst neu.',
  older: 'Ältere Nachrichten',
  newest: 'Neueste Nachrichten',
  edited: 'bearbeitet',
  inReplyTo: 'Antwort an {name}',
  inReplyToEarlier: 'Antwort auf eine frühere Nachricht',
  replies: 'Antworten',
  pictureComing: 'Ein Bild ist unterwegs',
  pictureOf: 'Bild von {name}',
  said: '{name}: {text}',
  justNow: 'gerade eben',
  follow: 'Folgen',
  embed: 'Einbetten',
  embedHow: 'In die eigene Seite kopieren:',
  feeds: 'Live-Feeds',
  noFeeds: 'Es gibt noch keine Feeds.',
  toMessages: 'Zu den Nachrichten springen',
};

const es: Words = {
  summary: 'Mensajes en directo de {headline}.',
  live: 'En directo',
  connecting: 'Conectando…',
  reconnecting: 'Se perdió la conexión. Reintentando…',
  offline: 'No hay conexión. Los mensajes nuevos aparecerán cuando vuelva.',
  liveAgain: 'En directo de nuevo.',
  closed: 'Cerrado. Aquí no aparecerán mensajes nuevos.',
  empty: 'Todavía no hay nada. Los mensajes nuevos aparecen solos.',
  emptyClosed: 'Aquí no hay mensajes.',
  emptyOlder: 'No hay mensajes más antiguos.',
  reload: 'Recargue la página para ver los mensajes nuevos.',
  newMessage: '{count} mensaje nuevo',
  newMessages: '{count} mensajes nuevos',
  messages: 'Mensajes',
  wholePage: 'Abrir la página entera',
  notFound: 'Este canal no existe.',
  starting: 'El canal se está iniciando. Esta página se recarga sola.',
  older: 'Mensajes anteriores',
  newest: 'Mensajes más recientes',
  edited: 'editado',
  inReplyTo: 'En respuesta a {name}',
  inReplyToEarlier: 'En respuesta a un mensaje anterior',
  replies: 'Respuestas',
  pictureComing: 'Hay una imagen en camino',
  pictureOf: 'Imagen de {name}',
  said: '{name}: {text}',
  justNow: 'ahora mismo',
  follow: 'Seguir',
  embed: 'Insertar',
  embedHow: 'Copie esto en su página:',
  feeds: 'Canales en directo',
  noFeeds: 'Todavía no hay canales.',
  toMessages: 'Saltar a los mensajes',
};

const fr: Words = {
  summary: 'Messages en direct de {headline}.',
  live: 'En direct',
  connecting: 'Connexion…',
  reconnecting: 'Connexion perdue. Nouvel essai…',
  offline: 'Vous êtes hors ligne. Les nouveaux messages apparaîtront à votre retour.',
  liveAgain: 'De nouveau en direct.',
  closed: 'Terminé. Aucun nouveau message n’apparaîtra ici.',
  empty: 'Rien pour l’instant. Les nouveaux messages apparaissent d’eux-mêmes.',
  emptyClosed: 'Il n’y a aucun message ici.',
  emptyOlder: 'Il n’y a pas de messages plus anciens.',
  reload: 'Rechargez la page pour voir les nouveaux messages.',
  newMessage: '{count} nouveau message',
  newMessages: '{count} nouveaux messages',
  messages: 'Messages',
  wholePage: 'Ouvrir la page entière',
  notFound: 'Ce fil n’existe pas.',
  starting: 'Le fil démarre. Cette page se recharge d’elle-même.',
  older: 'Messages plus anciens',
  newest: 'Messages les plus récents',
  edited: 'modifié',
  inReplyTo: 'En réponse à {name}',
  inReplyToEarlier: 'En réponse à un message précédent',
  replies: 'Réponses',
  pictureComing: 'Une image arrive',
  pictureOf: 'Image de {name}',
  said: '{name} : {text}',
  justNow: 'à l’instant',
  follow: 'Suivre',
  embed: 'Intégrer',
  embedHow: 'À copier dans votre page :',
  feeds: 'Fils en direct',
  noFeeds: 'Il n’y a pas encore de fil.',
  toMessages: 'Aller aux messages',
};

const languages = new Map(Object.entries({ en, de, es, fr }));

/** The page's own words in a language, and which language they are in: English for those that it does not know. */
export function wordsOf(language: string): Words & { language: string } {
  const known = language.toLowerCase().split('-')[0] ?? '';
  const words = languages.get(known);
  return words === undefined ? { ...en, language: 'en' } : { ...words, language };
}

/** Puts values into a sentence. */
export const fill = (sentence: string, values: Record<string, string>): string =>
  sentence.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);

/** "1 new message", "3 new messages". */
export const countNew = (words: Words, count: number): string =>
  fill(count === 1 ? words.newMessage : words.newMessages, { count: String(count) });
