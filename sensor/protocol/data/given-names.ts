/** What people are called by in many countries, but for names that programs give out as words as well: max, mark, grant. In lower case. */
const GIVEN_NAMES: ReadonlySet<string> = new Set(
  (
    "aaron abdul abigail abraham ada adam adele adrian adriana agnes ahmed aisha akira alan albert alberto " +
    "alejandro alessandro alex alexander alexandra alexis alfred ali alice alicia alina alison allison alma amanda " +
    "amber amelia amina amir amy ana anastasia anders andre andrea andreas andrew andy angela angelina anita anja " +
    "ann anna annabelle anne annette annie anthony antoine anton antonia antonio arjun arnold arthur asha astrid " +
    "aurora ava barbara bartek beatrice beatriz ben benedict benjamin bernard bernd beth bettina bianca birgit " +
    "bjorn bob boris brandon brenda brian bridget brigitte bruce bruno bryan caleb camila camille carl carla carlos " +
    "carmen carol carolina caroline catherine cecilia charles charlotte chen chiara chloe chris christian christina " +
    "christine christoph christopher cindy claire clara claudia claudio clement colin connor constance cristina " +
    "cynthia daisy damian daniel daniela danielle dariusz david deborah debra deepak denise dennis diana diego " +
    "dieter dmitri dolores dominic dominik donald donna doris dorothy douglas dylan ebony eddie edgar edith eduardo " +
    "edward edwin eileen elaine eleanor elena elias elif elijah elisa elisabeth elizabeth ella ellen emil emilia " +
    "emily emma emmanuel enrique eric erica erik erika erin ernst esther ethan eugene eva evan evelyn fabian fabio " +
    "farah fatima federico felicia felix fernanda fernando filip fiona florian frances francesca francesco " +
    "francisco franck francois franz fred frederic frederick frida fritz gabriel gabriela gabrielle gary gavin " +
    "geoffrey george gerald gerard gerhard gertrude gianni gina giorgio giovanni giulia gloria gonzalo gordon grace " +
    "graham greg gregory greta guillaume gustav hannah hans harold harriet harry hassan heather heidi heike " +
    "heinrich heinz helen helena helga helmut henrik henry herbert hermann hiroshi holger hugo hussein ian ibrahim " +
    "ida igor ines ingrid irene irina iris isaac isabel isabella isabelle ivan jacob jacqueline jacques jakob jakub " +
    "james jamie jana jane janet janice jasmine jason javier jean jeff jeffrey jelena jenna jennifer jenny jens " +
    "jeremy jerome jerry jessica jill jim jimmy joan joana joanna jochen joe joel johan johanna johannes john " +
    "johnny jonas jonathan jordan jorge jose josef joseph josephine joshua juan juanita judith judy julia julian " +
    "juliana julie juliette julius jun jurgen justin kaitlyn karen karin karina karl karolina katarina kate " +
    "katharina katherine kathleen kathryn kathy katie katrin keith kelly kenji kenneth kevin khalid kim klaus " +
    "konrad krishna kristen kristin kristina kurt kyle lakshmi lars laura lauren laurence laurent lea leah leila " +
    "lena leo leon leonard leonardo lewis liam lily linda lisa liu logan lorenzo louis louisa louise luc luca lucas " +
    "lucia lucy ludwig luis luisa luke lydia lynn maciej madison magdalena maggie malik manfred manuel manuela marc " +
    "marcel marcin marco marcos marcus margaret margarita maria mariana marie marija marina mario marion marisa " +
    "marta martha martin martina marvin mary maryam mateo mathias matilda matteo matthew matthias maureen maurice " +
    "maxim maximilian maya megan mehmet mei melanie melissa mia michael michal michel michele michelle miguel " +
    "mikael mike mikhail milan milena miriam mohamed mohammad mohammed mona monica monika moritz muhammad mustafa " +
    "nadia nadine naomi natalia natalie natasha nathan nathaniel neil nicholas nicola nicolas nicole nikita nikolai " +
    "nina noah noor nora norbert norma norman oksana olaf oleg olga oliver olivia omar oscar oskar otto pablo " +
    "pamela paola paolo patricia patrick paul paula pauline pavel pedro penelope peter petra philip philipp " +
    "philippe phoebe pierre piotr priya rachel rafael rahul rainer raj ralph ramon rania raquel raul rebecca regina " +
    "reinhard renata rene ricardo richard rita robert roberta roberto roger roland rolf roman ronald rosa rosemary " +
    "roxanne ruben rudolf russell ruth ryan sabine sabrina sally salma sam samantha samir samuel sandra sara sarah " +
    "satoshi scott sean sebastian serena sergei sergio shannon sharon sheila shirley silvia simon simone sofia " +
    "sonia sonja sophia sophie stacy stefan stefanie stella stephanie stephen steve steven stuart susan susanna " +
    "susanne suzanne sven svetlana sylvia takashi tamara tanja tanya tatiana ted teresa theo theodore theresa " +
    "thiago thomas tiffany tim timothy tobias todd tomas tomasz tony tracy travis tristan tyler ulrich ulrike " +
    "ursula uwe valentina valeria valerie vanessa vera veronica veronika victor victoria vijay vikram viktor " +
    "vincent viola virginia vivian vladimir walter wanda wang wayne wei wendy werner wilhelm william willie " +
    "wolfgang xavier yan yasmin yolanda youssef yuki yuri yusuf yvonne zachary zainab zara zhang zoe"
  ).split(" "),
);

/** Whether a word of letters, or the first of several behind each other, is somebody's given name: `grace`, `ADA-LOVELACE`, `ada.lovelace`. */
export function isGivenName(word: string): boolean {
  return GIVEN_NAMES.has(word.toLowerCase().split(/[-_.]/, 1)[0]);
}
