/** Words that name an operation or a fixed resource wherever they stand; they are never taken for a parameter's value. */
export const ROUTE_WORDS: ReadonlySet<string> = new Set(
  (
    "about accept account activate active add admin all analytics api apply approve archive archived assign attach audit auth " +
    "authorize available avatar balance batch block browse bulk calculate callback cancel capture categories check checkout claim " +
    "clear clone close comments commit complete config configuration confirm connect content convert copy count create current " +
    "deactivate default delete deny deploy deprovision detach details diff disable disconnect dismiss docs download draft drafts " +
    "duplicate edit enable evaluate events exchange execute exists export exports feed features files filter find finish flush " +
    "follow followers following forward generate get graph graphql health healthcheck healthz heartbeat help history home image " +
    "images import imports inbox index info init install invite invites invoices issue items join jobs keys last latest leave like " +
    "link list live livez load lock log login logout logs lookup manifest mark me members merge messages meta metadata metrics " +
    "move mute my new next notifications notify oauth open openapi order orders overview owner owners pause pay payments pending " +
    "permissions ping policy preferences preview previous price print process profile progress properties provision public " +
    "publish purge query queue quote random rate ready readyz rebuild recent recover redeem refresh refund register reject reload " +
    "remove rename renew reopen replace reply report reports request resend reset resolve restart restore resume retry revert " +
    "review revoke role roles rollback rotate rpc run save scan schedule schema search select self send sessions settings share " +
    "show signin signout signup start state statistics stats status stop stream submit subscribe subscription subscriptions " +
    "suggest suggestions summary suspend swagger switch sync tags teams template templates test token tokens top transfer trash " +
    "trending trigger types undelete unarchive unblock unfollow unlink unlock unmute unpublish unsubscribe update upload uploads " +
    "usage user users validate value values verify version versions view up void watch watchers webhook webhooks whoami withdraw"
  ).split(" "),
);

const PLURAL = /(?:[^su]s|ies|people|children|data|media)$/i;

/** Whether a word names a collection, so that what follows it is one of its members or an operation. */
export function isCollection(word: string): boolean {
  return word.length > 3 && PLURAL.test(word) && !/(status|access|address|process|analysis|news|https?)$/i.test(word);
}

/** `orders` → `order`, for naming the parameter that follows. */
export function singular(word: string): string {
  if (/people$/i.test(word)) return word.replace(/people$/i, "person");
  if (/children$/i.test(word)) return word.replace(/ren$/i, "");
  if (/ies$/i.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|sh|ch|x|z)es$/i.test(word)) return word.slice(0, -2);
  return /[^su]s$/i.test(word) ? word.slice(0, -1) : word;
}
