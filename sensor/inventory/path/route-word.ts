import { remembered } from "./remembered-text.js";
import { words } from "./word-list.js";

/** RFC 8615 §3: below it stand names that are agreed on, at the root of a host or of whatever somebody puts there. */
export const WELL_KNOWN = ".well-known";

/** Stand for one of a collection's members and so have the same below them: `/users/me/orders`. */
const STAND_INS = words(
  "me self my mine own current latest all any active public local primary root newest first last",
);

/** Operations that stand beside a collection's members far more often than a member is called so. */
const STRONG = words(`
  about add aggregate aggregated archive audit auth authorize autocomplete available batch browse bulk calculate callback cancel check
  clear clone compare config configuration confirm connect copy count counts create csv current delete deploy diff disable download drafts
  edit enable estimate evaluate events exists export exports featured feed filter find follow generate get health history import imports
  info init insert invite invoke json latest list listen lists login logout lookup me merge meta metadata metrics move new notify oauth
  options order permissions ping popular preview process publish purge push query random recent refresh register remove replay report
  reports request reset resolve restore resume retry revoke run save schema search send set settings simulate start statistics stats
  status stop stream submit subscribe suggest suggestions summary sync test token top transfer trending trigger unread unsubscribe upcoming
  update upload uploads upsert usage validate verify version versions webhook webhooks whoami xml`);

/** Operations and what they do to a thing: `/orders/export`, `/orders/7/cancel`. */
const OPERATIONS = words(`
  abort accept acknowledge activate add adjust aggregate align allocate allow amend analyze analyse annotate append apply approve archive
  arrange ask assess assign attach audit authenticate authorize authorise backup ban batch begin bind block book broadcast browse build
  bulk calculate call cancel capture change charge check checkin checkout choose claim classify clean cleanup clear clone close collect
  combine commit compare compile complete compose compress compute configure confirm connect consume contact continue convert copy count
  create credit crop deactivate debit decline decode decrypt deduct delete deliver demote deny deploy deprecate deprovision derive describe
  destroy detach detect diff disable disassociate discard disconnect discover dismiss dispatch distribute divide download draft drain drop
  dump duplicate edit email embed enable encode encrypt end enqueue enrich enroll enter erase estimate evaluate exchange exclude execute
  exist exists expand expire explain export extend extract fail fetch fill filter finalize find finish fix flag flatten flush follow
  forget fork format forward freeze fulfill generate get give go grant group handle hide hold identify ignore impersonate import improve
  include increment indent index inform init initialize initiate insert inspect install invalidate invite invoke issue join kick kill
  launch leave like link list listen load lock log login logoff logout look lookup make manage map mark match measure merge migrate mint
  moderate modify monitor mount move mute negotiate nominate normalize notify obtain open order override pair parse patch pause pay perform pick
  pin ping place play poll populate post prepare preview print process produce promote propose protect provide provision publish pull
  purchase purge push put query queue quote raise randomize rank rate react read rebalance reboot rebuild recalculate receive recognize
  recommend reconcile reconnect record recover redeem redirect redo reduce refer refill refresh refund regenerate register reindex reissue
  reject relay release reload relocate remind remove rename render renew reopen reorder repair repeat replace replay reply report request
  reschedule resend reserve reset resize resolve restart restore restrict resubmit resume retire retrieve retry return reveal reverse
  revert review revoke rewind rollback rotate route run save scale scan schedule score scroll search seek select sell send set settle
  share ship show shuffle sign signin signoff signout signup simulate skip snooze solve sort split stage start stop store stream
  submit subscribe suggest sum summarize suspend swap switch sync synchronize tag take tell terminate test toggle top track train transfer
  transform transition translate trigger trim truncate try unarchive unassign unban unblock undelete undo unfollow unfreeze uninstall
  unlike unlink unlock unmute unpin unpublish unregister unset unshare unsubscribe update upgrade upload upsert use validate verify view
  void vote wait watch withdraw write`);

/** States, places and lists of a fixed kind: `/orders/latest`, `/users/me`. */
const STATES = words(`
  about absent abstract accepted accessible active activated actual added advanced all allowed alternative annual anonymous any apart
  applied approved archived assigned associated attached authorized automatic autocomplete available average back banned base basic best
  billable blank blocked both bottom brief busy callback cancelled canceled closed combined common complete completed confirmed connected
  created critical cumulative current currently custom daily dead declined default deleted delivered denied detailed details direct
  disabled discarded distinct downloaded draft drafts due dynamic early edited effective empty enabled ended estimated every exact excluded
  executed existing expired expiring exported external extra failed false fast favorite favorites favourite favourites featured feed final
  finished first flagged followers following foreign free frequent fresh full future general generated generic global graphql health
  healthcheck healthz hidden high highest historical history home hourly idle ignored immediate imported inactive inbox included incoming
  incomplete incremental individual info initial inline installed instant internal invalid inverse issued joined latest left liked linked
  live livez local locked logged long low lowest main mapped master matched max maximum me mean median merged mine min minimum minimal
  missing mixed monthly more mutual my myself native nearby nearest nested net new newest next nightly none normal now null numeric off
  offline official old oldest on online open opened original orphaned other out outbox outgoing outstanding overall overdue overview owned
  paid parallel partial passive past paused pending permanent personal pinned planned played popular posted preferred premium present
  previous primary prior private processed production progress protected public published queued quick random raw readonly ready readyz
  real received recent recently recommended recurring refunded registered rejected related released relevant remaining remote removed
  required reserved resolved restricted resulting returned root running safe same sandbox saved scheduled secondary secure selected self
  sent shared short signed similar simple single skipped solved sorted special specific spam standard standalone started starred static
  stats status sticky stopped stored submitted subscribed successful suggested summary super supported suspended swagger synced system temp
  temporary test tested tiny today tomorrow top total transient trash trending true unassigned unavailable unconfirmed undefined unique
  unknown unlimited unmapped unpaid unread unresolved unsigned unused unverified upcoming updated uploaded urgent used valid validated
  verified viewed virtual visible waiting weekly whoami whole yearly yesterday`);

/** Things that APIs are about, in the singular; their plurals go by their ending. */
const THINGS = words(`
  access account accounting achievement acl action activity ad address admin administration administrator advertisement advisor affiliate
  agency agenda agent aggregation agreement alarm album alert alias allocation allowance amount analysis analytics annotation announcement
  answer api apikey app application appointment approval area argument article artifact artist aspect assessment asset assignment assistant
  association attachment attempt attendance attendee attribute auction audience audio auth authentication author authority authorization
  autoscaling availability avatar average award background backend badge bag balance bandwidth bank banner barcode basket beneficiary benefit
  bid bill billing binary bio biography birthday blob blocklist blog board body bonus bookmark booking bot box branch brand bridge broadcaster
  broker browser bucket budget bug bundle business button buyer cache calculation calculator calendar campaign candidate canvas capability
  capacity captcha caption card care career carrier cart case cash catalog catalogue category cause cell center centre certificate certification
  channel chapter characteristic charger chart chat checklist checkpoint checksum child choice circle city claim class classification client
  cloud cluster code collaborator collection color colour column command comment commission commodity community company comparison
  competition complaint compliance component condition conference config configuration connection connectivity connector consent console
  constant constraint consumer consumption contact container content contest context contract contribution contributor control conversation
  conversion cookie copyright corporation correlation cost country county coupon course cover coverage creator credential credit creditor crew
  criteria cron currency cursor curve customer customization cycle damage dashboard data database dataset datasource datastore date datetime day
  deal dealer debug debtor decision declaration definition degree delay delegate delegation delivery demand demo demographics department
  dependency deployment deposit depot description desk destination detail detection developer device diagnosis diagnostics diagram dialog
  dictionary difference digest dimension directory discount discovery discussion disk display dispute distance distribution district division
  dns doc document documentation domain donation donor door driver duration duty earning edge education element eligibility email emoji
  employee employer employment endpoint energy engagement engine enrollment enterprise entitlement entity entry enum environment episode
  equipment error escalation establishment evaluation event evidence example exception exchange execution exemption expense experience
  experiment expiration explorer expression extension extension face facility factor failure family fare fax feature fee feedback field
  figure file film finance financial finding firewall firmware fixture fleet flight floor flow folder font footer forecast form formula
  forum forward foundation frame framework frequency friend friendship front function fund funding galaxy gallery game gateway gender genre
  geo geocode geofence geometry gift glossary goal grade gram grammar graph grid guest guide guideline handler hardware hash head header
  heartbeat height help hierarchy hook host hosting hotel hour household house icon id identification identifier identity image impact
  importance impression incident income indicator individual industry information infrastructure ingredient initiative input inquiry insight
  inspection installation instance institution instruction instrument insurance integration intent interaction interest interface interval
  interview inventory investment investor invitation invoice ip item iteration job journal journey key keyword kind kit knowledge label
  landing language layer layout lead leaderboard league learning lease ledger legend length lesson letter level library licence license
  limit line link list listing loan locale location log logo loop lot loyalty machine magazine mail mailbox mailing maintenance management
  manager manifest manufacturer map mapping margin market marketing marketplace match material matrix maximum meal measure measurement
  mechanism media medication meeting member membership memo memory mention menu merchant message meta metadata meter method metric milestone
  minute mission mobile mode model moderation module moment money month mood mortgage movement movie multimedia name namespace navigation
  neighborhood network news newsletter nickname node note notebook notice notification number oauth object objective observation occupancy
  occurrence offer offering office openapi opening operation operator opinion opportunity opt option organisation organization origin os
  outage outcome outlet outline output overview owner ownership package packet page paragraph parameter parent park part participant
  participation partition partner party pass passage password path patient pattern payer payload payment payout payroll peer penalty pension
  people percentage performance period permission person phase phone photo picture pipeline place plan planning platform player playlist plugin
  point policy poll pool population portal portfolio portrait position post preference preferences premium prescription presence preset
  price pricing principal priority privacy privilege prize problem procedure proceeding processing procurement product profile profit program
  programme project promo promotion proof property proposal protocol provider proxy publication publisher purpose quality quantity quarter
  question questionnaire quiz quota quotation race radio range ranking rating ratio reaction reading reason rebate receipt recipe recipient
  recommendation recording recurrence redirection reference referral region registration registry regulation relation relationship reminder
  rental repair replica repo repository reputation requirement reservation resident resistance resource response restaurant result retail
  retention revenue reverse revision reward rfq right risk role room rota round row rule sale salary sample scenario scene schema school scope
  screen screenshot script season seat secret section sector security segment seller sender sensor sentence sentiment sequence series server
  service session setting settings setup severity sex share shape shelf shift shipment shipping shop shortcode show sidebar signal signature
  site size skill sku slide slot snapshot social software solution song sound source space speaker spec specification speech speed sport sprint
  staff standing state statement station statistic statistics stock storage story strategy street structure student studio style subject
  submission subscriber subscription subset substitute success suggestion suite supplier supply support survey symbol synonym table target
  task tax taxonomy teacher team telemetry template tenant term terminal territory text theme thread threshold throughput thumbnail ticket
  tier time timeline timer timesheet timestamp timezone title todo token tool topic topology topup total tour tournament trace tracker
  tracking trade traffic trail training transaction transcript transition transport travel treatment tree trend trial trip trust tunnel type
  unit university upgrade url usage user username utility vacancy validation validator value variable variant variation vault vehicle vendor
  venue version video viewer visibility vision visit visitor volume voice volunteer voucher vulnerability wallet warehouse warning warranty
  weather web webhook website week weight wiki window wishlist withdrawal word work worker workflow workgroup workspace year zip zone
  cpu dhcp dvd erp gpu http kyc ldap mfa mms nft otp qos ram saml scim sftp sms ssh sso tcp udp vat vlan vm vpc vpn`);

const SMALL = words(`
  a an and are as at be before after between by can do each for from has have in into is it its no not of off on or out over per since
  than that the then this to until up was when where which who with within without x`);

/** Say in which way a thing is asked for: `/users/by/name/{name}`. */
const PREPOSITIONS = words("by with without from for between within since until before after via per into");

const EXTENSION_WORDS = words(`
  atom bmp css csv doc docx gif gz html ico ics jar jpeg jpg js json jsonl m3u8 md mov mp3 mp4 ndjson odt pdf php png ppt pptx proto ps rss
  rtf svg tar tgz tiff tsv txt wav webm webp wsdl xls xlsx xml xsd yaml yml zip`);

const PLURAL = /(?:[^sui]s|ies|people|children|data|media)$/i;

/** Whether a word names a collection, so that what follows it is one of its members or an operation. */
export function isCollection(word: string): boolean {
  return word.length > 3 && PLURAL.test(word) && !/(status|access|address|process|analysis|news|https?)$/i.test(word);
}

export function isPreposition(word: string): boolean {
  return PREPOSITIONS.has(word.toLowerCase());
}

/** Names an operation, a state or a fixed place wherever it stands. */
export function isOperation(word: string): boolean {
  return OPERATIONS.has(word) || STATES.has(word) || EXTENSION_WORDS.has(word) || OPERATIONS.has(withoutPrefix(word));
}

/** `undelete` → `delete`. */
function withoutPrefix(word: string): string {
  return /^(un|re|de|dis|pre)/.test(word) ? word.replace(/^(un|re|de|dis|pre)-?/, "") : word;
}

/** What an API calls its own is often set apart by its first character: `/orders/$count` (OData 4.01, URL Conventions §4.8), `/books/_search`. */
export function isStandIn(text: string): boolean {
  return STAND_INS.has(text.toLowerCase()) || SYSTEM.test(text);
}

const SYSTEM = /^[$_][a-z]+(_[a-z]+)*$/;

/** `by` and `me` are as long as codes of countries are; words of APIs are hardly in capitals. */
export function isCode(text: string): boolean {
  return !/^[a-z]/.test(text) || !(isStandIn(text) || isPreposition(text));
}

/** Beside values it is fixed, unless what is below it says otherwise. */
export function isStrongWord(text: string): boolean {
  return STRONG.has(text.toLowerCase());
}

/** Whether one word, in lower case, is of those that APIs are made of. */
export function isRouteWord(word: string): boolean {
  return isOperation(word) || SMALL.has(word) || isThing(word);
}

function isThing(word: string): boolean {
  return THINGS.has(word) || (word.endsWith("s") && THINGS.has(singular(word)));
}

/** `updateOrderItems`, `order_items`, `order-items` → their words in lower case. */
export const wordsOf: (text: string) => readonly string[] = remembered((text) =>
  text
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== ""),
);

/** `orders` → `order`, for naming the parameter that follows. */
export function singular(word: string): string {
  if (/people$/i.test(word)) return word.replace(/people$/i, "person");
  if (/children$/i.test(word)) return word.replace(/ren$/i, "");
  if (/ies$/i.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|sh|ch|x|z)es$/i.test(word)) return word.slice(0, -2);
  return /[^su]s$/i.test(word) ? word.slice(0, -1) : word;
}

/** How much of a text is made of words that APIs are made of, 0 to 1, by letters. */
export const routeShare = remembered((text): number => {
  let known = 0;
  let all = 0;
  for (const word of wordsOf(text)) {
    all += word.length;
    if (isRouteWord(word) || isCompound(word)) known += word.length;
  }
  return all === 0 ? 0 : known / all;
});

/** `storyboard` and `overload` are words. */
const MIN_COMPOUND = 11;
const MAX_COMPOUND = 32;
const MIN_PART = 3;

function isPartOfCompound(word: string): boolean {
  return isOperation(word) || isThing(word);
}

/** Two or three words of APIs that nothing parts: `bookingfields`. Hardly one in a hundred other words can be read so. */
export function isCompound(word: string, isPart = false): boolean {
  if (word.length > MAX_COMPOUND || (!isPart && word.length < MIN_COMPOUND)) return false;
  for (let at = MIN_PART; at <= word.length - MIN_PART; at++) {
    if (!isPartOfCompound(word.slice(0, at))) continue;
    const rest = word.slice(at);
    if (isPartOfCompound(rest) || (!isPart && isCompound(rest, true))) return true;
  }
  return false;
}

/** Whether a text is fixed by what it is made of: an operation, words of APIs, or words put together as code does. */
export const looksFixed = remembered((text): boolean => {
  const stem = stemOf(text);
  return (
    isOperation(stem.toLowerCase()) ||
    SYSTEM.test(stem) ||
    VERSIONED.test(stem) ||
    routeShare(stem) >= 0.75 ||
    (isJoined(stem) && !isOwnName(stem))
  );
});

/** Whether a text may name a thing, whatever APIs are made of: `payments`, `order-service`; no operation, no state. */
export function mayNameThing(text: string): boolean {
  if (!looksFixed(text)) return true;
  const stem = stemOf(text);
  if (isStandIn(text) || VERSIONED.test(stem) || isJoined(stem)) return false;
  return !isOperation(wordsOf(stem)[0] ?? "");
}

/** `reviews-v1`. */
const VERSIONED = /[a-z]-v\d+$/i;

/** Words put together of which none is one that APIs are made of: `tealHorse`. */
export function isOwnName(text: string): boolean {
  return isJoined(text) && routeShare(text) === 0;
}

/** Words put together as code does: `orderItems`. */
export function isJoined(text: string): boolean {
  return /[a-z]{2}[A-Z][a-z]/.test(text);
}

/** A file's name without its extension. */
export function stemOf(text: string): string {
  return text.includes(".") && !isMethodName(text) ? text.replace(/\.[a-z]\w{1,4}$/i, "") : text;
}

/** `users.list`, `files.remote.info`: a procedure named by words of APIs, though `info` may end a host's name and `list` a file's. */
export function isMethodName(text: string, least = 0.5): boolean {
  if (!METHOD_NAME.test(text)) return false;
  const last = text.slice(text.lastIndexOf(".") + 1).toLowerCase();
  return !EXTENSION_WORDS.has(last) && isRouteWord(last) && routeShare(text) >= least;
}

const METHOD_NAME = /^[A-Za-z_]+(\.[A-Za-z_]+)+$/;

/** Extensions that tell how a resource is told, not which. */
const FORMATS =
  "json(ld|p)?|ndjson|geojson|topojson|xml|rdf|ttl|n3|nt|nq|trig|csv|tsv|ya?ml|x?html?|rss|atom|txt|pbf|mvt|kml|kmz|gml|gpx|shpz?|ics|diff|patch";
export const FORMAT = new RegExp(`\\.(${FORMATS})$`, "i");

/** Those that files have, so that a dot before one is no part of a name. */
export const FILE_EXTENSION = new RegExp(
  `\\.(${FORMATS}|schema\\.jsonld|tar\\.(gz|bz2|xz)|parquet|avro|pdf|docx?|xlsx?|pptx?|shtml?|md|png|jpe?g?|gif|svg|webp|tiff?|bmp|ico|mp[234][av]?|mp[ag4]*|m[12][av]|wav|m3u8|zip|t?gz|tar|bz2|jar|js|css|proto|pem|crt|asc|sig|md5|sha1|sha256|log|wsdl|xsd)$`,
  "i",
);
