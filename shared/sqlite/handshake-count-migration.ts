/** Edges of a version before groups, failures and traits of handshakes were counted, in either file: nothing is known of theirs. */
export const COUNT_HANDSHAKES = `
  UPDATE edge SET record = json_set(record, '$.keyExchangeGroups', json('{}'), '$.handshakeFailures', json('{}'),
    '$.handshakeTraits', json('{}')) WHERE json_type(record, '$.handshakeTraits') IS NULL;
  `;
