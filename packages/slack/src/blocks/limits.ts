/** Slack's limits of messages and views (docs.slack.dev, Block Kit). Texts are counted in UTF-16 units, the strictest way. */
export const limits = {
  messageBlocks: 50,
  viewBlocks: 100,
  /** What the blocks of one message may hold together; Slack fails somewhat above this, without documenting it. */
  messageText: 12_000,
  /** `text` of chat.update; chat.postMessage takes more. */
  fallbackText: 4_000,
  sectionText: 3_000,
  contextElements: 10,
  actionElements: 25,
  overflowOptions: 5,
  selectOptions: 100,
  id: 255,
  headerText: 150,
  buttonText: 75,
  buttonValue: 2_000,
  optionText: 75,
  optionValue: 75,
  placeholder: 150,
  label: 2_000,
  modalTitle: 24,
  privateMetadata: 3_000,
  altText: 2_000,
  imageTitle: 2_000,
  plainInput: 3_000,
} as const;
