const coding = (system: string, code: string): string =>
  JSON.stringify({ resourceType: "Condition", code: { coding: [{ system, code, display: "as told" }] } });
const identifier = (system: string, value: string): string =>
  JSON.stringify({ resourceType: "Patient", identifier: [{ use: "usual", system, value }] });
const FHIR = "application/fhir+json";
const JSON_TYPE = "application/json";

/** Media type, body and the classes told, of layouts in which what a value is called stands elsewhere than right before it. */
export const LAYOUT_CASES: readonly (readonly [string, string, string])[] = [
  // HL7 FHIR: the system says what codes and numbers are. Check digits are right unless said.
  [FHIR, coding("http://hl7.org/fhir/sid/icd-10", "E11.9"), "health-code"],
  [FHIR, coding("http://hl7.org/fhir/sid/icd-10-cm", "S72.001A"), "health-code"],
  [FHIR, coding("urn:oid:2.16.840.1.113883.6.90", "S72.001A"), "health-code"],
  [FHIR, coding("http://snomed.info/sct", "44054006"), "health-code"],
  [FHIR, coding("http://snomed.info/sct", "44054007"), ""],
  [FHIR, coding("http://loinc.org", "8867-4"), "health-code"],
  [FHIR, coding("http://loinc.org", "8867-5"), ""],
  [FHIR, coding("http://www.nlm.nih.gov/research/umls/rxnorm", "860975"), "health-code"],
  [FHIR, coding("http://www.whocc.no/atc", "A10BA02"), "health-code"],
  [FHIR, coding("http://id.who.int/icd/release/11/mms", "5A11"), "health-code"],
  [FHIR, coding("http://www.ama-assn.org/go/cpt", "99213"), "health-code"],
  [FHIR, coding("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "J1100"), "health-code"],
  [FHIR, coding("http://hl7.org/fhir/sid/ndc", "0777-3105-02"), "health-code"],
  [FHIR, coding("http://fhir.de/CodeSystem/bfarm/ops", "5-470.1"), "health-code"],
  [FHIR, coding("http://terminology.hl7.org/CodeSystem/icd-o-3", "8140/3"), "health-code"],
  [FHIR, coding("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"), ""],
  [FHIR, coding("http://unitsofmeasure.org", "mm"), ""],
  // In the order of their names, as some write members.
  [FHIR, '{"coding":[{"code":"E11.9","display":"x","system":"http://hl7.org/fhir/sid/icd-10"}]}', "health-code"],
  [FHIR, identifier("https://fhir.nhs.uk/Id/nhs-number", "9434765919"), "uk-nhs"],
  [FHIR, identifier("https://fhir.nhs.uk/Id/nhs-number", "9434765918"), ""],
  [FHIR, identifier("http://hospital.example/numbers", "9434765919"), ""],
  [FHIR, identifier("http://hl7.org/fhir/sid/us-ssn", "536904399"), "us-ssn"],
  [FHIR, identifier("urn:oid:2.16.840.1.113883.4.1", "536904399"), "us-ssn"],
  [FHIR, identifier("urn:oid:2.16.756.5.32", "7569217076985"), "ch-ahv"],
  [FHIR, identifier("http://fhir.nl/fhir/NamingSystem/bsn", "111222333"), "nl-bsn"],
  [FHIR, identifier("urn:oid:2.16.840.1.113883.2.4.6.3", "111222333"), "nl-bsn"],
  [FHIR, identifier("urn:oid:1.2.250.1.213.1.4.8", "184127645108946"), "fr-nir"],
  [FHIR, '{"telecom":[{"system":"phone","value":"(03) 5555 6473"}]}', "phone"],
  [
    "application/fhir+xml",
    '<Patient xmlns="http://hl7.org/fhir"><identifier><system value="https://fhir.nhs.uk/Id/nhs-number"/><value value="9434765919"/>' +
      '</identifier><name><use value="official"/><family value="Chalmers"/></name><birthDate value="1974-12-25"/></Patient>',
    "date-of-birth,person-name,uk-nhs",
  ],
  [
    "application/fhir+xml",
    '<Condition><code><coding><system value="http://snomed.info/sct"/><code value="44054006"/></coding></code></Condition>',
    "health-code",
  ],
  [
    "application/fhir+xml",
    '<x><coding><system value="http://snomed.info/sct"/></coding><code value="44054006"/></x>',
    "",
  ],
  // What names a value stands in the member beside it.
  [JSON_TYPE, '[{"name":"password","value":"hunter2!"}]', "password"],
  [JSON_TYPE, '[{"value":"hunter2!","key":"password"}]', "password"],
  [JSON_TYPE, '[{"Name":"DB_PASSWORD","Value":"hunter2!"},{"Name":"PWD","Value":"/usr/app"}]', "password"],
  [
    JSON_TYPE,
    '[{"name":"PWD","value":"/usr/app"},{"name":"password","value":null},{"name":"email_count","value":12}]',
    "",
  ],
  [JSON_TYPE, '{"field":"ssn","value":536904399}', "us-ssn"],
  [JSON_TYPE, '{"key":"password","value":{"stringValue":"hunter2!"}}', "password"],
  [JSON_TYPE, '{"key":"password","value":["hunter2!"]}', "password"],
  [JSON_TYPE, '{"name":"password","inner":{"value":"hunter2!"},"of":[{"value":"hunter2!"}]}', ""],
  [JSON_TYPE, '[{"name":"diagnosis","code":"E11.9"},{"code":"E11.9","name":"diagnosis"}]', ""],
  [JSON_TYPE, '{"address":{"formatted":"1234 Hollywood Blvd.\\nLos Angeles, CA 90210"}}', "postal-address"],
  ["application/xml", '<beans><property name="password" value="hunter2!"/></beans>', "password"],
  ["application/xml", '<beans><property name="url" value="hunter2!"/><add value="hunter2!"/></beans>', ""],
  // The first row names the columns, whatever parts them.
  [
    "text/csv",
    "given_name;birth_date;diagnosis_code\r\nAda;1985-04-12;E11.9\r\n",
    "date-of-birth,health-code,person-name",
  ],
  ["text/csv; charset=utf-8", 'id,"first name",note\n1,"Ada ""the first""","a\nb"\n', "person-name"],
  ["text/csv", 'id,password\n1,"s3cr3t,""and more"\n', "password"],
  ["text/tab-separated-values", "id\tssn\n1\t536904399\n", "us-ssn"],
  ["text/csv", "order,amount\n536904399,9434765919\n", ""],
  ["text/csv", "a,ssn\n1\0\0,536904399\nx,y\n", ""],
  ["text/csv", "ada@example.com,1\nb,2\n", "email"],
  // A person's card.
  [
    "text/vcard",
    "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ada Lovelace\r\nBDAY:19851210\r\nADR;TYPE=home:;;12 St James's Square;London;;SW1;UK\r\n" +
      "item1.TEL;TYPE=cell:0170 1234567\r\nEND:VCARD\r\n",
    "date-of-birth,person-name,phone,postal-address",
  ],
  ["text/vcard", "BEGIN:VCARD\r\nVERSION:4.0\r\nNOTE:none\r\nEND:VCARD\r\n", ""],
  [
    "application/vcard+json",
    '["vcard",[["version",{},"text","4.0"],["fn",{},"text","Ada Lovelace"],["bday",{},"date","1985-04-12"],["x",{},"text","1985-04-12"]]]',
    "date-of-birth,person-name",
  ],
  // Settings as programs read them, also within other texts.
  ["text/plain", "DB_HOST=db\nDB_PASSWORD=hunter2\n", "password"],
  ["text/plain", "export DB_PASSWORD='hunter2'\n", "password"],
  ["text/plain", "spring.datasource.password=hunter2\n", "password"],
  ["text/plain", "PWD=/usr/app\nDB_PASSWORD=\nPASSWORD_RESET=true\n", ""],
  [JSON_TYPE, '{"env":"DB_HOST=db\\nDB_PASSWORD=hunter2hunter\\nX=1"}', "password"],
  [JSON_TYPE, '{"dsn":"Server=db;User Id=app;Password=hunter2hunter;"}', "password"],
  [
    JSON_TYPE,
    `{"code":"connect(user=name, password=getpass(), x=1)","b":"DB_PASSWORD=\${DB_PASSWORD} DB_PASSWORD=%SECRET%"}`,
    "",
  ],
  [JSON_TYPE, '{"url":"postgres://app:s3cr3t@db.internal:5432/app"}', "password"],
  [JSON_TYPE, '{"url":"see amqps://app:s3cr3t@mq.example.com/v"}', "password"],
  [JSON_TYPE, `{"a":"postgres://app:***@db.internal","b":"redis://app:\${PW}@db","c":"https://host:8080/@a.b"}`, ""],
  // HL7 version 2: fields by number, codes by the system that stands behind them.
  [
    "application/hl7-v2",
    "MSH|^~\\&|ADT1|HOSPITAL|LAB|GHH|198808181126||ADT^A01|MSG1|P|2.8\rPID|1||9434765919^^^NHS^NH||EVERYMAN^ADAM^A||19610615|M||C|" +
      "2222 HOME STREET^^GREENSBORO^NC^27401||(555) 555-2004||||||536904399\rDG1|1||E11.9^Diabetes^I10\r",
    "date-of-birth,health-code,person-name,phone,postal-address,uk-nhs,us-ssn",
  ],
  ["x-application/hl7-v2+er7", "MSH|^~\\&|A|B\rOBX|1|NM|8867-4^Heart rate^LN||80\r", "health-code"],
  ["text/plain", "MSH|^~\\&|A|B\rOBX|1|NM|8867-4^Heart rate^L||80\rZZZ|19610615|E11.9\r", ""],
];
