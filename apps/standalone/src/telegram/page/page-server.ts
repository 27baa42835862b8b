export const serveTelegramPage = async (_: object): Promise<{ url: string; close: () => Promise<void> }> => ({ url: '', close: async () => undefined });
