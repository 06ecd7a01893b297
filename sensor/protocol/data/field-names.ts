import { words } from "./data-rule.js";

/** Names of fields, words put together, in lower case and without accents, in the languages that APIs name theirs in. */

export const PHONE_FIELDS = words(
  "phone phonenumber telephone telephonenumber tel mobile mobilephone mobilenumber cell cellphone msisdn fax faxnumber homephone " +
    "workphone contactnumber telefon telefonnummer handy handynummer telefono movil celular telefone telefoon whatsapp phoneno mobileno " +
    "telefonszam telefoni puhelin puhelinnumero telefonnr numertelefonu numerotelefono numerotelefone numerodetelefono numerotelephone " +
    "telfixe telemovel телефон мобильный 電話 電話番号 电话 手机 手机号 전화 전화번호 휴대폰 휴대폰번호 휴대전화 휴대전화번호 핸드폰 मोबाइल മൊബൈല്",
);

export const BIRTH_FIELDS = words(
  "dob birthdate dateofbirth birthday birth born bornon birthdt geburtsdatum geburtstag fechanacimiento fechadenacimiento datenaissance " +
    "datedenaissance geboortedatum datanascita datadinascita datanascimento datadenascimento dateofbirthday dataurodzenia fodelsedatum " +
    "fodselsdato syntymaaika datumnarozeni datumnarodenia szuletesidatum datanasterii datumrodenja dogumtarihi tanggallahir датарождения " +
    "生年月日 出生日期 생년월일",
);

export const NAME_FIELDS = words(
  "firstname lastname fullname surname givenname familyname middlename maidenname forename patientname customername contactname " +
    "cardholder cardholdername personname legalname recipientname employeename membername holdername accountholder fname lname " +
    "vorname nachname familienname nombrecompleto primernombre apellido apellidos prenom nomdefamille nomcomplet voornaam achternaam " +
    "cognome nomecognome nomecompleto primeironome sobrenome namefirst namelast namegiven namefamily namefull nameonaccount nameoncard " +
    "passengername guestname mothersmaidenname beneficiaryname imie nazwisko fornamn efternamn fornavn etternavn efternavn etunimi " +
    "sukunimi jmeno prijmeni meno priezvisko vezeteknev keresztnev nume prenume prezime soyad soyadi soyisim adsoyad yourname billname " +
    "shipname mname additionalname apellidomaterno apellidopaterno apelido apelidos surename ccname cardowner karteninhaber titulaire " +
    "nombretarjeta nomcarte nomecarta accountholdername фамилия отчество имякарты お名前 氏名 姓名 姓 开户名 持卡人姓名 성명 उपनाम മറുപേര്",
);

/** What machines and things are called by as well. */
export const LABEL_FIELDS = words("displayname ownername");

export const STREET_FIELDS = words(
  "street streetaddress streetname addressline addressline1 addressline2 address1 address2 line1 line2 postaladdress homeaddress " +
    "mailingaddress shippingaddress billingaddress residentialaddress deliveryaddress fulladdress strasse " +
    "anschrift hausnummer calle direccion adresse rue indirizzo straat endereco formattedaddress addressformatted addressstreet ulica gatuadress " +
    "katuosoite ulice utca mailingaddr billingaddr mailaddress billaddress morada adres adresszusatz alamat адрес улица 住所 地址 주소",
);

/** Hosts and hardware have one as well. */
export const ADDRESS_FIELDS = words("address addr addressline addrline");

export const POSTCODE_FIELDS = words(
  "postalcode postcode zipcode zip plz postleitzahl codigopostal codepostal codicepostale postnummer pincode kodpocztowy postinumero " +
    "psc iranyitoszam codpostal codpos cep postal pcode postakodu kodepos индекс почтовыииндекс 郵便番号 邮编 邮政编码 郵遞區號 우편번호 पिनकोड",
);

export const CARD_FIELDS = words(
  "card cardnumber pan ccnumber creditcard debitcard cc ccnum paymentcard cardno acctnumber visa mastercard amex kartennummer " +
    "kreditkarte kreditkartennummer numerotarjeta numerodetarjeta tarjeta numerocarte numerodecarte cartebancaire numerocarta " +
    "numerocartao numerodocartao kaartnummer numerkarty kortnummer cartecredit numcarte cbnum ccnr kknr acctno номеркарты カード番号 卡号 " +
    "信用卡号 信用卡号码 信用卡卡號 카드 카드번호",
);

export const PASSWORD_FIELDS = words(
  "password passwd pwd passphrase userpassword oldpassword newpassword currentpassword confirmpassword passwordconfirmation " +
    "passwordhash clientsecret secretkey kennwort passwort contrasena motdepasse dbpassword adminpassword wachtwoord senha passwordagain " +
    "haslo losenord passord adgangskode salasana heslo jelszo parola lozinka sifre пароль 密码 パスワード 비밀번호",
);

const NATIONAL_FIELDS = words("nationalid nationalidentifier personalid idnumber identitynumber");

export const TAX_FIELDS = words("taxid taxnumber taxpayerid tin").concat(NATIONAL_FIELDS);

/** Cards of who lives in a country, whichever it is. */
export const CITIZEN_FIELDS = NATIONAL_FIELDS.concat(
  words(
    "idcard idcardno idcardnumber idno identitycard identitycardno identitycardnumber citizenid citizenidnumber residentid nationalidnumber " +
      "nationalidno nationalidentitynumber nationalidentificationnumber personalcode personalidentificationnumber personalidentificationcode",
  ),
);

/** What a country's social insurance calls its own. */
export const SOCIAL_FIELDS = words("ssn socialsecurity socialsecuritynumber socialsecurityno");

const NUMBERED = words(
  "order tracking shipment parcel serial sku part partnumber invoice receipt batch lot ticket case product item model voucher coupon " +
    "license ean upc gtin isbn barcode purchaseorder po vat ein",
);

/** Numbers and codes of things: they have the forms of persons' numbers, and now and then their check digits. */
export const THING_FIELDS = NUMBERED.flatMap((name) => [name, `${name}id`, `${name}code`]);

/** Four numbers with dots between them are a version there (the .NET framework's, Windows', firmware's). */
export const VERSION_FIELDS = words("version ver build release firmware revision");

/** What is numbered in a way of its own: of a number with marks or a check letter the form alone says little there. */
export const OTHER_NUMBER_FIELDS = THING_FIELDS.concat(
  VERSION_FIELDS,
  words(
    "reference ref referenceno referencenumber referenceid articlenumber articleno customernumber customerno documentnumber documentno " +
      "docket docketnumber rma rmanumber folio hash checksum digest etag",
  ),
);
