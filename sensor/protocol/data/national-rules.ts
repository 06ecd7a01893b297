import { type DataRule, words } from "./data-rule.js";
import { CITIZEN_FIELDS, OTHER_NUMBER_FIELDS, SOCIAL_FIELDS } from "./field-names.js";
import {
  arCuil,
  atSvnr,
  auMedicare,
  auTfn,
  balticCode,
  beNationalNumber,
  bgEgn,
  brCpf,
  caSin,
  chAhv,
  clRut,
  cnResidentId,
  czRodneCislo,
  dkCpr,
  fiHetu,
  iePps,
  ilId,
  jpMyNumber,
  krRrn,
  mxCurp,
  noFodselsnummer,
  plPesel,
  ptNif,
  roCnp,
  sePersonnummer,
  sgNric,
  thNationalId,
  trTckn,
  twNationalId,
  zaId,
} from "./national-check.js";

const DATED = "[0-9]{6}[-+]?[0-9]{4}";

/**
 * Numbers that states give to persons, by country. What is written with marks of its own or ends in a letter that checks it is told by
 * itself; digits alone, and a day with a number behind it as orders and invoices have, only by their field. Names that leave the country
 * open (CITIZEN_FIELDS) tell only what a date or more than one check digit tells with them.
 */
export const NATIONAL_RULES: readonly DataRule[] = [
  { name: "ar-cuil", pattern: "2[0-7]-[0-9]{8}-[0-9]", others: OTHER_NUMBER_FIELDS, check: arCuil },
  {
    name: "ar-cuil",
    pattern: "2[0-7][ .-]?[0-9]{8}[ .-]?[0-9]",
    fields: words("cuil cuit cuitcuil cuilcuit"),
    check: arCuil,
  },
  {
    name: "at-svnr",
    pattern: "[1-9][0-9]{3}[ -]?[0-9]{6}",
    fields: words("svnr svnummer sozialversicherungsnummer sozialversicherungsnr versicherungsnummer vsnr").concat(
      SOCIAL_FIELDS,
    ),
    check: atSvnr,
  },
  {
    name: "au-medicare",
    pattern: "[2-6][0-9]{3}[ -]?[0-9]{5}[ -]?[0-9]([ /-]?[0-9])?",
    fields: words("medicare medicarecard medicarecardnumber medicarenumber medicareno"),
    check: auMedicare,
  },
  {
    name: "au-tfn",
    pattern: "[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{2,3}",
    fields: words("tfn taxfile taxfilenumber taxfileno"),
    check: auTfn,
  },
  {
    name: "be-national-number",
    pattern: "[0-9]{2}\\.[0-9]{2}\\.[0-9]{2}-[0-9]{3}\\.[0-9]{2}",
    others: OTHER_NUMBER_FIELDS,
    check: beNationalNumber,
  },
  {
    name: "be-national-number",
    pattern: "[0-9]{2}[. ]?[0-9]{2}[. ]?[0-9]{2}[ -]?[0-9]{3}[. -]?[0-9]{2}",
    fields: words(
      "ssin rijksregisternummer rijksregisternr rijksregister numeronational numeroregistrenational numeroderegistrenational registrenational " +
        "niss insz inss nrn nationalnumber nationalregister nationalregisternumber nationalregistrationnumber nationaalnummer",
    ).concat(CITIZEN_FIELDS, SOCIAL_FIELDS),
    check: beNationalNumber,
  },
  {
    name: "bg-egn",
    pattern: "[0-9]{6} ?[0-9]{3} ?[0-9]",
    fields: words("egn егн единенгражданскиномер edinengrazhdanskinomer").concat(CITIZEN_FIELDS),
    check: bgEgn,
  },
  { name: "br-cpf", pattern: "[0-9]{3}\\.[0-9]{3}\\.[0-9]{3}-[0-9]{2}", others: OTHER_NUMBER_FIELDS, check: brCpf },
  {
    name: "br-cpf",
    pattern: "[0-9]{9,11}|[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}[ /-]?[0-9]{2}",
    fields: words(
      "cpf cpfcnpj cpfoucnpj cadastropessoafisica cadastrodepessoasfisicas documento numerodocumento",
    ).concat(CITIZEN_FIELDS),
    check: brCpf,
  },
  {
    name: "ca-sin",
    pattern: "[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}",
    fields: words(
      "sin sinnumber socialinsurance socialinsurancenumber socialinsuranceno numeroassurancesociale numerodassurancesociale assurancesociale",
    ),
    check: caSin,
  },
  { name: "ch-ahv", pattern: "756\\.[0-9]{4}\\.[0-9]{4}\\.[0-9]{2}", check: chAhv },
  {
    name: "ch-ahv",
    pattern: "756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}",
    fields: words(
      "216756532 ahv ahvnr ahvnummer avs navs13 ahvn13 numeroavs noavs ahvavs ahvavsnummer oasi sozialversicherungsnummer versichertennummer",
    ).concat(CITIZEN_FIELDS, SOCIAL_FIELDS),
    check: chAhv,
  },
  { name: "cl-rut", pattern: "[0-9]{1,2}\\.[0-9]{3}\\.[0-9]{3}-[0-9Kk]", others: OTHER_NUMBER_FIELDS, check: clRut },
  {
    name: "cl-rut",
    pattern: "[0-9]{1,3}[.]?[0-9]{3}[.]?[0-9]{3}-?[0-9Kk]",
    fields: words(
      "rut rutnumber rutcliente rutpersona rutpaciente roluniconacional roluniconacionalrun rolunicotributario",
    ),
    check: clRut,
  },
  {
    name: "cl-rut",
    pattern: "[0-9]{1,3}[.]?[0-9]{3}[.]?[0-9]{3}-[0-9Kk]",
    fields: words("run").concat(CITIZEN_FIELDS),
    check: clRut,
  },
  // One in eleven ends in X; the others are digits.
  { name: "cn-resident-id", pattern: "[1-9][0-9]{16}X", check: cnResidentId },
  {
    name: "cn-resident-id",
    pattern: "[1-9][0-9]{16}[0-9Xx]",
    fields: words(
      "shenfenzheng shenfenzhenghao sfz sfzh zjhm residentidentitycard residentidentitynumber 身份证 身份证号 身份证号码 公民身份号码 " +
        "公民身份证号码 居民身份证 居民身份证号码 证件号码 证件号",
    ).concat(CITIZEN_FIELDS),
    check: cnResidentId,
  },
  {
    name: "cz-rodne-cislo",
    pattern: "[0-9]{6}/?[0-9]{3,4}",
    fields: words("rodnecislo rodnec birthnumber"),
    check: czRodneCislo,
  },
  // With nine digits there is none that checks the others.
  {
    name: "cz-rodne-cislo",
    pattern: "[0-9]{6}/?[0-9]{4}",
    fields: words("rc").concat(CITIZEN_FIELDS),
    check: czRodneCislo,
  },
  {
    name: "dk-cpr",
    pattern: "[0-9]{6}[ -]?[0-9]{4}",
    fields: words("cpr cprnr cprnummer cprno cprnumber 122081761 1220817612"),
    check: dkCpr,
  },
  {
    name: "ee-isikukood",
    pattern: "[1-8][0-9]{10}",
    fields: words("isikukood isikukoodi estonianid estonianidcode").concat(CITIZEN_FIELDS),
    check: balticCode,
  },
  // The day's mark is a minus for most of who lives: with digits alone behind it it may be a number of anything.
  {
    name: "fi-hetu",
    pattern: "[0-9]{6}[A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]|[0-9]{6}[-+][0-9]{3}[A-FHJ-NPR-Y]",
    others: OTHER_NUMBER_FIELDS,
    check: fiHetu,
  },
  {
    name: "fi-hetu",
    pattern: "[0-9]{6}[A-FU-Ya-fu-y+-][0-9]{3}[0-9A-FHJ-NPR-Ya-fhj-npr-y]",
    fields: words("hetu 1224621 henkilotunnus sotu sosiaaliturvatunnus personbeteckning").concat(
      CITIZEN_FIELDS,
      SOCIAL_FIELDS,
    ),
    check: fiHetu,
  },
  {
    name: "ie-pps",
    pattern: "[0-9]{7}[ -]?[A-Wa-w][A-IWTXa-iwtx]?",
    fields: words("pps ppsn ppsnumber ppsno personalpublicservice personalpublicservicenumber"),
    check: iePps,
  },
  {
    name: "il-id",
    pattern: "[0-9]{7,8}-?[0-9]",
    fields: words("teudatzehut teudatzehutnumber misparzehut israeliid israelid zehut תעודתזהות מספרזהות תז"),
    check: ilId,
  },
  {
    name: "jp-my-number",
    pattern: "[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}",
    fields: words("mynumber kojinbango individualnumber マイナンバー 個人番号"),
    check: jpMyNumber,
  },
  {
    name: "kr-rrn",
    pattern: "[0-9]{6}[ -]?[0-9]{7}",
    fields: words(
      "rrn residentregistration residentregistrationnumber jumin juminno juminnumber juminbeonho juminbunho 주민등록번호 주민번호 " +
        "외국인등록번호",
    ),
    check: krRrn,
  },
  { name: "kr-rrn", pattern: "[0-9]{6}-[1-8][0-9]{6}", fields: CITIZEN_FIELDS, check: krRrn },
  {
    name: "lt-asmens-kodas",
    pattern: "[1-9][0-9]{10}",
    fields: words("asmenskodas asmenskod lithuanianid lithuanianpersonalcode"),
    check: balticCode,
  },
  { name: "mx-curp", pattern: "[A-Z]{4}[0-9]{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z][0-9]", check: mxCurp },
  {
    name: "mx-curp",
    pattern: "[A-Za-z]{4}[0-9]{6}[HMXhmx][A-Za-z]{5}[0-9A-Za-z][0-9]",
    fields: words("curp claveunica claveunicaderegistrodepoblacion").concat(CITIZEN_FIELDS),
    check: mxCurp,
  },
  {
    name: "no-fodselsnummer",
    pattern: "[0-9]{6}[ :-]?[0-9]{5}",
    fields: words("fodselsnummer fodselsnr personnummer personnr fnr dnummer dnr nin 11241411 1124141").concat(
      CITIZEN_FIELDS,
      SOCIAL_FIELDS,
    ),
    check: noFodselsnummer,
  },
  {
    name: "pl-pesel",
    pattern: "[0-9]{11}",
    fields: words("pesel numerpesel nrpesel 1138833442411616").concat(CITIZEN_FIELDS),
    check: plPesel,
  },
  {
    name: "pt-nif",
    pattern: "[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}",
    fields: words(
      "nif contribuinte numerocontribuinte numerodecontribuinte identificacaofiscal numeroidentificacaofiscal numerodeidentificacaofiscal",
    ),
    check: ptNif,
  },
  {
    name: "ro-cnp",
    pattern: "[1-9][0-9]{12}",
    fields: words("cnp codnumericpersonal codnumericpersonalcnp").concat(CITIZEN_FIELDS),
    check: roCnp,
  },
  {
    name: "se-personnummer",
    pattern: `${DATED}|(1[89]|20)${DATED}`,
    fields: words(
      "personnummer personnr pnr samordningsnummer personalidentitynumber 12752129213 1752129213 7521292131",
    ).concat(CITIZEN_FIELDS, SOCIAL_FIELDS),
    check: sePersonnummer,
  },
  { name: "sg-nric", pattern: "[STFGM][0-9]{7}[A-Z]", others: OTHER_NUMBER_FIELDS, check: sgNric },
  {
    name: "sg-nric",
    pattern: "[STFGMstfgm][0-9]{7}[A-Za-z]",
    fields: words("nric nricfin fin uinfin nricno nricnumber").concat(CITIZEN_FIELDS),
    check: sgNric,
  },
  { name: "th-national-id", pattern: "[1-8]-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9]", check: thNationalId },
  {
    name: "th-national-id",
    pattern: "[1-8]([ -]?[0-9]){12}",
    fields: words(
      "thaiid thainationalid thaiidcard thaicitizenid เลขประจำตัวประชาชน เลขบัตรประชาชน เลขบัตรประจำตัวประชาชน บัตรประชาชน",
    ).concat(CITIZEN_FIELDS),
    check: thNationalId,
  },
  {
    name: "tr-tckn",
    pattern: "[1-9][0-9]{10}",
    fields: words(
      "tckn tckimlik tckimlikno tckimliknumarasi kimlik kimlikno kimliknumarasi tcno tcnumarasi tc turkishid vatandaslikno",
    ).concat(CITIZEN_FIELDS),
    check: trTckn,
  },
  {
    name: "tw-national-id",
    pattern: "[A-Za-z][1289][0-9]{8}",
    fields: words(
      "twid taiwanid nationalidcard 身分證 身分證字號 身分證號 身分證號碼 身份證 身份證字號 身份證號碼 國民身分證統一編號 統一證號 居留證號",
    ).concat(CITIZEN_FIELDS),
    check: twNationalId,
  },
  {
    name: "za-id",
    pattern: "[0-9]{6} ?[0-9]{4} ?[012][0-9]{2}",
    fields: words("saidnumber said rsaid rsaidnumber southafricanid southafricanidnumber zaid").concat(CITIZEN_FIELDS),
    check: zaId,
  },
];
