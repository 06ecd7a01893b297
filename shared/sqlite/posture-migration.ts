/**
 * Edges of a version before postures were counted, in either file: what they were is told by their protocols. Without it a cleartext
 * edge that turns to mutual TLS would look as if it had never been anything else.
 */
export const COUNT_POSTURES = `
  UPDATE edge SET record = json_set(record, '$.clientAuthReasons', json('{}'), '$.postureCounts', json((
    SELECT json_group_object(posture, connections) FROM (
      SELECT CASE key WHEN 'http1' THEN 'cleartext' ELSE 'unknown' END AS posture, sum(value) AS connections
      FROM json_each(edge.record, '$.protocols') GROUP BY posture
    )
  ))) WHERE json_type(record, '$.postureCounts') IS NULL;
  `;
