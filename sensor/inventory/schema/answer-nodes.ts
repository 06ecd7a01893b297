/** Statuses of answers that are told apart at one endpoint. */
const MAX_STATUSES = 8;

/** What is learned of answers of one status; made where there is none yet, undefined where there is no more room. */
export function answerNode<Node>(
  nodes: Map<number, Node>,
  status: number,
  make: () => Node | undefined,
): Node | undefined {
  const known = nodes.get(status);
  if (known !== undefined || nodes.size >= MAX_STATUSES) return known;
  const made = make();
  if (made !== undefined) nodes.set(status, made);
  return made;
}
