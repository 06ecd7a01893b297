/**
 * How likely one letter follows another in words and names of ten European languages, against all letters alike: 6 is as likely, each
 * step a factor of two. A row for each first letter, a digit for each second.
 */
const PAIRS: readonly string[] = [
  "45663455635868252877654254",
  "85139013711722800853721041",
  "80617009727510802615600045",
  "83159243832533810754634054",
  "54565454625768441976554443",
  "81018723812732810856701041",
  "82139256801636720764703040",
  "92019312803655810646604050",
  "74768462045768752677351225",
  "92448312606446840154810004",
  "83128214815645810666724051",
  "85468443804854740255643063",
  "96338202802363870352601041",
  "84678474725326720378534045",
  "45665554534768651876756344",
  "81118516802712870755601040",
  "51133111511111311114951131",
  "85568464805556742667644054",
  "74728326726543763378634045",
  "82319227823532710757624055",
  "66667564625778350887344334",
  "80119011901402800521400031",
  "82229315813405710473500051",
  "82728425824254683328534455",
  "85667443426768660776543124",
  "84549033835444710234705067",
];

const DIGIT = 1;
const LOWER = 2;
const UPPER = 3;
/** What joins letters to digits again and again costs; once is what numbered words do. */
const FIRST_TURN = 0.5;
const NEXT_TURN = 2.5;
/** Runs this short are no words. */
const SHORT_RUN = 2;
const SHORT_RUN_BITS = 1.5;

/**
 * How much rather a text is random letters and digits than words, in bits: below 0 for words, names and what is put together of them,
 * above 10 for most identifiers of eight random characters or more.
 */
export function randomBits(text: string): number {
  let bits = 0;
  let run = 0;
  let turns = 0;
  let before = 0;
  let twoBefore = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kind = kindOf(code);
    const isLetter = kind >= LOWER;
    const goesOn = isLetter && before >= LOWER && !(before === LOWER && kind === UPPER);
    if (goesOn) {
      bits += 6 - pairDigit(text.charCodeAt(at - 1), code);
      // CSVtoJSON: a word begins with one capital.
      if (kind === LOWER && before === UPPER && twoBefore === UPPER) bits += 1;
      run++;
    } else {
      if (run > 0 && run <= SHORT_RUN) bits += SHORT_RUN_BITS;
      run = isLetter ? 1 : 0;
      if (before === LOWER && kind === UPPER) bits += FIRST_TURN;
      const turned = (kind === DIGIT && before >= LOWER) || (isLetter && before === DIGIT);
      if (turned) bits += turns++ === 0 ? FIRST_TURN : NEXT_TURN;
    }
    twoBefore = before;
    before = kind;
  }
  return run > 0 && run <= SHORT_RUN ? bits + SHORT_RUN_BITS : bits;
}

function kindOf(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return LOWER;
  if (code >= 0x41 && code <= 0x5a) return UPPER;
  return code >= 0x30 && code <= 0x39 ? DIGIT : 0;
}

function pairDigit(first: number, second: number): number {
  return PAIRS[(first | 0x20) - 0x61].charCodeAt((second | 0x20) - 0x61) - 0x30;
}
