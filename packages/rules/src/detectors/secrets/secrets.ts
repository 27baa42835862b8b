import { lintSource } from '@secretlint/core';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { Detector } from '../detector.ts';
export const secrets: Detector = {
  find: async (content) => {
    const { messages } = await lintSource({
      source: { filePath: 'message', content, ext: '', contentType: 'text' },
      options: {
        noPhysicFilePath: true,
        maskSecrets: true,
        config: {
          rules: rules.filter(({ meta }) => !meta.id.endsWith('filter-comments')).map((rule) => ({ id: rule.meta.id, rule, options: {} })),
        },
      },
    });
    return messages.map(({ range: [start, end] }) => ({ start, end }));
  },
};
