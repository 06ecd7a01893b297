/** Endpoints of a version before bodies were looked at, in either file: nothing was looked at, so nothing was found. */
export const COUNT_DATA_CLASSES = `
  UPDATE endpoint SET record = json_set(record, '$.requestClasses', json('{}'), '$.responseClasses', json('{}'),
    '$.requestBodiesRead', 0, '$.responseBodiesRead', 0
  ) WHERE json_type(record, '$.requestClasses') IS NULL;
  `;
