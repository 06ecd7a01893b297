/** Services of a version before bytes were counted, in either file: what became of theirs is not known. */
export const COUNT_BYTES = `
  UPDATE service SET record = json_set(record, '$.parsedBytes', 0, '$.encryptedBytes', 0, '$.notUnderstood', json('{}'),
    '$.joinedLateBytes', 0, '$.missingBytes', 0
  ) WHERE json_type(record, '$.parsedBytes') IS NULL;
  `;
