import { remembered } from "../path/remembered-text.js";
import { isCompound, isOperation, isRouteWord } from "../path/route-word.js";
import { words } from "../path/word-list.js";

/** What enumerations are made of beside the words of paths: states, kinds, levels, units, colours, what computers run and speak. */
const ENUMERATED = words(`
  aborted above absolute acceptable accurate acknowledged acute adaptive additive adult advisory afternoon aggressive ahead alternate amber
  ambiguous android annually anonymized answered apple approximate april arabic arm array arrived ascending asc asleep asynchronous async
  august authentic authored autumn away awake awaiting azure backlog backorder backordered backward bad balanced barred basis below beta
  bidirectional biannual big bigint billed binding bitcoin black blocker blue bold bool boolean boost bounced breached bright broken brown
  browsing byte bytes calm canary cancelling candidate captured careful cashier casual caught celsius central centered changed chargeback
  cheque chinese chrome clear cleartext clockwise closing cloudy cold collected comma committed compact compatible compliant conditional
  confidential conflict conflicted consistent container containerd continuous contractor cool cooling corporate corrected correct corrupt
  corrupted cost counted covered crashed creating crit cyan dangerous dark dash day days deadline deb debited debugging december decimal
  declining decreasing dedicated deep deferred degraded deleting delayed delivering densely deployed deprecated desc descending desktop
  detached deterministic diesel differential digital dimmed dirty disconnected discontinued dispatched disputed divorced dnssec docker
  domestic done dormant dotted double down downgrade downstream draining driving dropped dry duplicated dutch eager east eastern economy
  efficient eight eighth elapsed electric electronic eligible elevated eleven emerg emergency employed empirical enforced engaged
  english enormous enqueued entered equal equals erased err errored escalated essential ether ethernet euro evening eventual evicted exempt
  exceeded exclusive exempted exhausted expedited expensive exploratory express extended extreme fahrenheit fair fallback fatal faulty
  february female fetched fiction fifth firefox fixed flagship flaky flat flexible float floating flooded flushed foggy foot forbidden
  forced foreground forever forgotten formal fortnightly forwarded fourth fragile french friday frozen fulfilled full fulltime gas gasoline
  geometric german giant gone good granted graphical gray great greater green grey grouped guaranteed half halted handled hard harmful
  harmless hash healthy heavy heating hebrew held hibernating hold holding holiday horizontal hot hours http https huge human humid hybrid
  ill immediate imminent imperial imported important improper improving inch inches inclusive incompatible inconclusive inconsistent
  incorrect increasing indefinite indexed indexing indirect individual indoor ineligible infected inferred infinite inherit inherited
  inoperative inserted installing insufficient int integer intended intermediate intermittent international interrupted invoiced inward
  ios italian italic january japanese july june kelvin kilogram kilometer korean kubernetes laptop large late latin launched launching
  lazy left legacy legal less liable light limited linear linux litre liter literal live loading loaded lock logical lost loud lower
  lowercase lukewarm macos magenta magnetic malformed malicious malware managed mandatory manual manually march married may medium menu
  mega megabyte metered metre metric midday midnight mild military minor minutes misc miscellaneous missed mobile moderate modern modified
  monday monetary monthly morning moved moving multi multipart multiple muted named narrow neutral never neutered night nightly nine noon
  nominal noncompliant none normal north northern notified november null numbered numerical october odd offboarding offered ok okay one
  ongoing onboarding onboard opaque operational optional orange ordered ordinary organic outbound outdated outdoor outgoing outlined outward
  overcast overdraft overflow overloaded overridden oversized packed padding parked partially particular passed passive password patched
  paypal peak pdf pending percent perfect periodic permitted persisted persistent phishing physical pickup picked pilot pink pipelined
  plain planning playing pleasant plus pm points polling poor portable portuguese positive negative possible postponed potential pounds
  practical precise predefined preauthorized preparing prepared prerelease presented pressed prevented preview preventive pristine probable
  probation professional progressing progressive prohibited prompt proportional proprietary prospective protobuf provisional provisioned
  provisioning proxied purple quarantined quarterly queueing quiet quit radio rainy rare ready rebooting receiving reconciled recovering
  recovery recreational rectangular recursive red redeemed redelivered reduced redundant refunding refused regular regulated rejecting
  relational relative released reliable renewed rented replicated reported requested requesting rerun rescheduled residential resolving
  responded restarted restarting restored restoring restrictive retried retrying returning reversed reviewed reviewing revoked rich right
  rising rolled rollback romance rough round routine rpm russian safari saturday scalar scaling scheduled scheduling scored sealed seasonal
  second secondary seconds seldom semi semiannual sending senior sensitive separate separated september sequential serious settled seven
  several severe shadow shallow shared sharp shipped shipping short shut shutdown sick signaled silent silver simplex simulated single
  six sixth skewed sleeping slim slow small smart smooth snowy soft solid solo some sometimes soon sound south southern spanish sparse
  special spoiled spring square stable stacked staging stale standby started starting stateful stateless static steady stereo sticky
  stocked stopping stormy straight strict string striped strong stuck submitted succeeded sufficient suggested summer sunday sunny
  superseded surface suspect suspicious swedish swift symmetric asymmetric synchronous syncing synthetic systemic tabled tablet tagged
  tall taxed telephone temporal ten terminated terminating tertiary textual thick thin third three throttled throttling thursday tied
  tight timed timedout timeout toll tracked traditional transferred transferring transitional translated transparent trialing triaged
  triggered trivial truck truncated trusted tuesday turbo turkish twelve twice two typical ultra unable unacknowledged unauthorized unary
  unbalanced unbounded uncategorized uncertain unchanged unclaimed uncommitted undecided undefined undelivered underway undetermined uneven
  unexpected unfinished unfulfilled unhandled unhealthy uniform uninstalled unique unit unity unix unknown unlocked unmanaged unmatched
  unordered unplanned unpublished unreachable unrecoverable unrelated unreliable unreported unscheduled unspecified unstable unstarted
  unsuccessful unsupported untested unusual up uppercase upstream urgent usable usd vacant valid variable vast vertical violated virtual
  visa mastercard amex discover volatile voluntary wagon waiting walking warm warn warned warning wasted weak wednesday welcome west western
  wet white wholesale wide wild windows windy winter wireless withdrawn won wood working worse worst wrong yellow yes yet zero
  aac aes alpha amd avi avc azerty base bash bearer bgp bitbucket blue bluetooth bmp brotli bzip cbc cbor chacha cidr cname cobol console
  cookie cors cuda deflate dev devel des dll dkim dmarc dsa ecdsa ecdh eddsa eof epub etag exif fips flac ftp gcm git github gitlab glb gmt
  golang grpc gzip hevc hls hmac iam icmp imap ipsec iso java javascript jpeg jwt kafka kotlin lan linux lte mac macos mariadb markdown
  mongodb mpeg mqtt msi mtls mysql nat nfs nginx node nodejs npm ntp oidc ogg oracle ospf perl php pki pop postgres postgresql powershell
  preprod prod producer psk python qa quic rabbitmq redis rest rhel rsa ruby rust sandbox sasl sha shell smb smtp snappy soap spf sql sqlite
  ssd ssl swift ups usps dhl fedex terraform tls typescript ubuntu uat udp usb utc uuid uefi vp vorbis vpn wan wav webp websocket wifi wma wpa xlsx xz yarn
  zip zstd ach bacs cad chf cny eur gbp iban inr jpy sepa sgd usd wire ec lb lbs kg km mb gb tb ms ns px pt rgb rgba cmyk hex oz ml cl mm cm
  action actionable adhoc ads adults affected after agile airline airport ambient amex analog animal annex append arrears artwork atomic auto
  automated automation bachelor balcony barrier basement bathroom bedroom beginner benign best bicycle bike biometric boat bottom breakfast
  bronze bug bugfix bus buy buyout bytea cabin calories cancellation capped car cargo cartesian cellular cement centered ceramic chargeable
  checked chore civil cleaned clinical cluster coal coarse coffee comfort compound concurrent consecutive contactless contiguous convertible
  copper correlated cotton coupe courier crisis crypto cube cubic cumulative cutoff darwin deceased decoded default delisted delta demo densest
  depleted derived detected development diamond dinner diploma discrete disposable distributed division doctorate done door dormant dose drought
  duplex dwelling easy ebook edition eid elementary embargoed emergency empty encoded encrypted enforcing entire epic errors estate ether
  exchange executive expert export expiry extension extern facebook failing failover fallback fan far feature fever fiat fixable flash flood
  fok formatted fossil freelance freezing freight fresh fridge frontend fullscreen furnished garage gin given global gold google graduate
  granular greedy gross ground growth gtc guarded handheld handover hatchback headless hidden highlighted hint home horizon hotfix houses
  hydro ideal identical idle illness imminent inbox inflight informational infrared inkind insert inside instagram installment insured intern
  interest internal invariant inverted inverse ioc isolated jet joint journal junior klarna lagging land landscape lane laser leaf leased left
  leisure lemon linkedin liquid lite lossless lossy lunch luxury machine main major male marginal maternity mechanical mechanics media median
  mentor merged mesh metal mid mild mining mirrored mixed modal moderator module mono motorcycle mountain mutable mutex mutually nano native
  natural near net neural neutralized nominal nonprofit notset nullable nurse observer occupied offpeak oil onetime onsite operating opposite
  organizational outage outer outlier outside overnight oversold overtime paging paid pair pallet pan panel paper parcel parental parked
  parttime paternity patrol pause payable pedestrian pension pentest perimeter permissive peripheral petrol phase photo pickup pipeline plastic
  plasma platinum plural point polygon polyline popularity portal portrait posix postpaid power precision preflight preorder prepaid preparation
  pressure prevalent primary primitive pro processor production promoted proof proposal provisionally pseudo pulse pump pupil quad quantitative
  quarter quick quota quoted rail rain reader receivable recent recurring referrer refurbished rejection relevance relevant religion religious
  remote repeated repeatable requires residence resolution resting restocked restored retail reusable rigid risky river road role rolling
  rookie rotating royal rural safe sale sampled satellite saturated savings scarce school science scooter scratch sea secured sedan select
  selective semester sender senior sense shelter shipment shutter sick silk simple sketch slack slight snow social sofort solar solution
  source spam spare spatial spike spiral spouse square sprint stage starter statutory steam steel stop storm stream street striped student
  studio submission subtask success suite suv swap swing symbolic tail takeaway tank target taxable taxi telegram temperate tentative terms
  terrain text thermal threat throttle thunder tiny toggle topmost toxic trackable trailing train tram transit transport traveling treated
  treatment trusted tube turn twin twitter two ultimate ultraviolet unavailable unconditional underlying union university unpaid unsecured
  upfront upper urban used utility vague van vaulted vector vegan vegetarian velocity verbose versatile video viral virus voided void
  volatile voltage vulnerable wait wallet warehouse waste water wave wax weather weighted whatsapp wheelchair whole widget widow widowed wind
  wizard workday workshop worldwide write yellow yield young youth youtube zigzag zoned`);

/** How words are made of those that say what is done: `archiv-ed`, `ship-p-ing`, `stream-able`. */
const ENDINGS = ["ing", "al", "ed", "d", "able", "er", "or", "ion", "ment", "ly"];
const MIN_STEM = 4;

/**
 * Whether a program may have given out a word of letters in one case, parts of which are joined by `-`, `_` or `.`: `in_progress`, `PAID`, `order.paid`. By what each
 * of its parts is and nothing else, for whoever is called so is not told from a word by how often it comes, nor from how many: names of
 * eight persons that a field is filtered by look just like eight states. Some words are names as well: `page`, `price`.
 */
export const isProgramWord: (word: string) => boolean = remembered((word) =>
  word
    .toLowerCase()
    .split(/[-_.]/)
    .every((part) => part === "" || isKnown(part)),
);

function isKnown(part: string): boolean {
  if (isListed(part) || isCompound(part) || isCode(part)) return true;
  return ENDINGS.some((ending) => part.endsWith(ending) && isStem(part.slice(0, -ending.length)));
}

function isListed(word: string): boolean {
  const singular = word.endsWith("s") ? word.slice(0, -1) : word;
  return isRouteWord(word) || ENUMERATED.has(word) || ENUMERATED.has(singular) || isOperation(singular);
}

/** `archiv` of `archive`, `shipp` of `ship`. */
function isStem(stem: string): boolean {
  if (stem.length < MIN_STEM - 1) return false;
  const isDoubled = stem.length >= MIN_STEM && stem.at(-1) === stem.at(-2);
  return (
    (stem.length >= MIN_STEM && isOperation(stem)) ||
    isOperation(`${stem}e`) ||
    (isDoubled && isOperation(stem.slice(0, -1)))
  );
}

const LANGUAGES = new Intl.DisplayNames("en", { type: "language", fallback: "none" });
const REGIONS = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency").map((code) => code.toLowerCase()));

/** ISO 3166-1 alpha-3, of which `Intl` knows nothing. */
const COUNTRIES = words(`
  abw afg ago aia ala alb and are arg arm asm ata atf atg aus aut aze bdi bel ben bes bfa bgd bgr bhr bhs bih blm blr blz bmu bol bra brb brn btn
  bvt bwa caf can cck che chl chn civ cmr cod cog cok col com cpv cri cub cuw cxr cym cyp cze deu dji dma dnk dom dza ecu egy eri esh esp est eth
  fin fji flk fra fro fsm gab gbr geo ggy gha gib gin glp gmb gnb gnq grc grd grl gtm guf gum guy hkg hmd hnd hrv hti hun idn imn ind iot irl irn
  irq isl isr ita jam jey jor jpn kaz ken kgz khm kir kna kor kwt lao lbn lbr lby lca lie lka lso ltu lux lva mac maf mar mco mda mdg mdv mex mhl
  mkd mli mlt mmr mne mng mnp moz mrt msr mtq mus mwi mys myt nam ncl ner nfk nga nic niu nld nor npl nru nzl omn pak pan pcn per phl plw png pol
  pri prk prt pry psx pyf qat reu rou rus rwa sau sdn sen sgp sgs shn sjm slb sle slv smr som spm srb ssd stp sur svk svn swe swz sxm syc syr tca
  tcd tgo tha tjk tkl tkm tls ton tto tun tur tuv twn tza uga ukr umi ury usa uzb vat vct ven vgb vir vnm vut wlf wsm yem zaf zmb zwe`);

/** A language (ISO 639-1, or ISO 639-2 where it has both), a country (ISO 3166-1) or a currency (ISO 4217), or one letter. */
function isCode(part: string): boolean {
  // Files may declare anything.
  if (!/^[a-z]+$/.test(part)) return false;
  if (part.length === 1) return true;
  if (part.length === 3)
    return CURRENCIES.has(part) || COUNTRIES.has(part) || Intl.getCanonicalLocales(part)[0].length === 2;
  return part.length === 2 && (LANGUAGES.of(part) ?? REGIONS.of(part.toUpperCase())) !== undefined;
}
