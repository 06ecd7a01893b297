# Writes values with their classes for labelled-values, of makers that nobody here wrote: `python3 values-of-others.py FILE`. Needs Faker,
# python-stdnum, whose documented examples say which numbers are valid and which are not, and phonenumbers (libphonenumber's examples).
import importlib, json, pkgutil, re, sys, doctest, random
random.seed(7)
out=open(sys.argv[1],'w')
def emit(source, expected, field, value):
    out.write(json.dumps(dict(source=source, expected=expected, field=field, value=value))+'\n')
pick=random.choice
# 1. Faker; where it makes numbers without their check digits, those that stdnum calls wrong are left out
import stdnum.iban as IB, stdnum.in_.aadhaar as AA
def valid(m,v):
    if not m.is_valid(v): raise ValueError(v)
    return v
from faker import Faker
from faker.config import AVAILABLE_LOCALES
SSN={'en_US':'us-ssn','es_US':'us-ssn','en_GB':'uk-nino','it_IT':'it-codice-fiscale','nl_NL':'nl-bsn','fr_FR':'fr-nir','es_ES':None}
for n,loc in enumerate(sorted(AVAILABLE_LOCALES)):
    try: real=Faker(loc)
    except Exception: continue
    real.seed_instance(n)
    class Lazy:
        def __getattr__(self,name):
            def call(*a,**k): return getattr(real,name)(*a,**k)
            return call
    f=Lazy()
    for _ in range(25):
        def put(expected, fields, make, src='faker'):
            try: v=make()
            except Exception: return
            emit(src, expected, pick(fields.split()), v if isinstance(v,(str,int,float)) else str(v))
        put('email','email userEmail contact_email',f.email)
        put('phone','phone phoneNumber mobile_phone',f.phone_number)
        put('person-name','firstName first_name givenName',f.first_name)
        put('person-name','lastName surname family_name',f.last_name)
        put('person-name','fullName customer_name contactName',f.name)
        put('postal-address','streetAddress street address_line1',f.street_address)
        put('postal-address','fullAddress shippingAddress billing_address',f.address)
        put('postal-address','zip postalCode postcode zip_code',f.postcode)
        put('date-of-birth','dob birthDate date_of_birth',lambda: pick([f.date_of_birth().isoformat(), f.date_of_birth().strftime('%d/%m/%Y'), f.date_of_birth().strftime('%B %d, %Y'), f.date_of_birth().strftime('%d.%m.%Y')]))
        put('payment-card','cardNumber card_number pan',f.credit_card_number)
        put('card-verification','cvv cvc',f.credit_card_security_code)
        put('iban','iban account payload',lambda: valid(IB,f.iban()))
        put('ip-address','ip clientIp payload',f.ipv4_public)
        put('ip-address','ip clientIp payload',f.ipv6)
        put('mac-address','mac payload',f.mac_address)
        put('geolocation','lat latitude',lambda: float(f.latitude()))
        put('geolocation','lng longitude lon',lambda: float(f.longitude()))
        put('password','password newPassword',lambda: f.password())
        if loc in SSN and SSN[loc]: put(SSN[loc] if loc!='en_GB' else None,'ssn nationalId payload' if loc not in('nl_NL','fr_FR') else 'bsn' if loc=='nl_NL' else 'nir',f.ssn)
        if loc=='es_ES':
            put('es-dni','dni nif',f.nif); put('es-dni','nie',f.nie)
        if loc in('en_IN',): put('in-aadhaar','aadhaar aadhaarNumber',lambda: valid(AA,f.aadhaar_id()))
        # nothing of anybody
        for fields,make in [('id requestId trace_id',lambda:f.uuid4()),('hash digest',f.md5),('hash checksum',f.sha1),('sha',f.sha256),
            ('ean code',f.ean13),('isbn',f.isbn13),('isbn',f.isbn10),('company vendor',f.company),('title',f.catch_phrase),('text note',f.paragraph),
            ('createdAt updated',lambda:f.iso8601()),('time ts',lambda:f.unix_time()),('date due',f.date),('price amount',lambda:f.pyfloat()),
            ('count total',lambda:f.random_number(digits=pick([3,6,9,10,11,12,13,15,16]))),('ref orderId',lambda:str(f.random_number(digits=pick([6,8,9,10,11,12,13,14,15,16]),fix_len=True))),
            ('agent',f.user_agent),('url link',f.uri),('file path',f.file_path),('mime',f.mime_type),('color',f.hex_color),('job role',f.job),
            ('country',f.country),('city',f.city),('currency',f.currency_code),('locale',f.locale),('timezone',f.timezone),('word tag',f.word),
            ('bic swift',f.swift),('plate',f.license_plate),('bban',f.bban),('user login',f.user_name),('domain host',f.domain_name),('slug',f.slug),
            ('port',f.port_number),('semver',lambda:f.numerify('#.#.#')),('build',lambda:f.numerify('##.##.##.####')),('sku',lambda:f.bothify('??-####-???')),('serial',lambda:f.bothify('####-####-####')),('vin',f.vin),
            ('range',lambda:f.numerify('###-###')),('lot',lambda:f.numerify('###-##-##')),('batch',lambda:f.numerify('### ### ###')),('amounts',lambda:f.numerify('#,###.##'))]:
            put(None,fields,make)
# 2. python-stdnum's examples
import stdnum
CLASS={'us.ssn':('us-ssn','ssn'),'us.itin':('us-ssn','itin'),'gb.nhs':('uk-nhs','nhsNumber'),'de.idnr':('de-steuer-id','steuerId'),'fr.nir':('fr-nir','nir'),'es.dni':('es-dni','dni'),'es.nie':('es-dni','nie'),'be.iban':('iban','iban'),'us.tin':('us-ssn','tin'),'it.codicefiscale':('it-codice-fiscale','codiceFiscale'),'nl.bsn':('nl-bsn','bsn'),'in_.aadhaar':('in-aadhaar','aadhaar'),'in_.pan':('in-pan','pan'),'iban':('iban','iban'),'es.iban':('iban','iban'),'mac':('mac-address','mac'),
    'ar.cuit':('ar-cuil','cuil'),'at.vnr':('at-svnr','svnr'),'au.tfn':('au-tfn','tfn'),'be.nn':('be-national-number','niss'),'bg.egn':('bg-egn','egn'),
    'br.cpf':('br-cpf','cpf'),'ca.sin':('ca-sin','sin'),'ch.ssn':('ch-ahv','ahv'),'cl.rut':('cl-rut','rut'),'cn.ric':('cn-resident-id','idCard'),
    'cz.rc':('cz-rodne-cislo','rodne_cislo'),'sk.rc':('cz-rodne-cislo','rodneCislo'),'dk.cpr':('dk-cpr','cpr'),'ee.ik':('ee-isikukood','isikukood'),
    'fi.hetu':('fi-hetu','hetu'),'ie.pps':('ie-pps','ppsn'),'il.idnr':('il-id','teudatZehut'),'kr.rrn':('kr-rrn','rrn'),
    'lt.asmens':('lt-asmens-kodas','asmensKodas'),'mx.curp':('mx-curp','curp'),'no.fodselsnummer':('no-fodselsnummer','fodselsnummer'),
    'pl.pesel':('pl-pesel','pesel'),'pt.nif':('pt-nif','nif'),'ro.cnp':('ro-cnp','cnp'),'se.personnummer':('se-personnummer','personnummer'),
    'th.pin':('th-national-id','citizenId'),'th.tin':('th-national-id','citizenId'),'tr.tckimlik':('tr-tckn','tcKimlikNo'),'za.idnr':('za-id','idNumber')}
# of companies
NOT_GIVEN={'cl.rut':r'^[5-9]\d\D?\d{3}\D?\d{3}\D','pt.nif':r'^(PT ?)?[5-9]','th.tin':r'^0','th.pin':r'^0'}
parser=doctest.DocTestParser()
for m in pkgutil.walk_packages(stdnum.__path__,'stdnum.'):
    try: mod=importlib.import_module(m.name)
    except Exception: continue
    name=m.name[len('stdnum.'):]
    for ex in parser.get_examples(mod.__doc__ or ''):
        src=ex.source.strip()
        g=re.match(r"(validate|is_valid|format|compact)\(u?'([^']+)'",src)
        if not g: continue
        bad = ex.exc_msg is not None or ex.want.strip()=='False'
        value=g.group(2)
        cls,field=CLASS.get(name,(None,None))
        if cls and g.group(1) in('validate','is_valid'):
            value=re.sub(r'^(CL|PT) ','',value)
            if name in NOT_GIVEN and re.match(NOT_GIVEN[name],value): bad=True
            emit('stdnum '+name, None if bad else cls, field, value)
        elif not cls:
            for field in ('number','code','payload'): emit('stdnum '+name+(' invalid' if bad else ''), None, field, value)
# 3. libphonenumber's examples
import phonenumbers as p
F=p.PhoneNumberFormat
for region in sorted(p.SUPPORTED_REGIONS):
    for t in (p.PhoneNumberType.FIXED_LINE,p.PhoneNumberType.MOBILE,p.PhoneNumberType.TOLL_FREE,p.PhoneNumberType.VOIP):
        n=p.example_number_for_type(region,t)
        if n is None: continue
        for fmt,fields in ((F.E164,'phone payload'),(F.INTERNATIONAL,'phone payload'),(F.NATIONAL,'phone mobile tel'),(F.RFC3966,'phone payload')):
            emit('libphonenumber', 'phone', pick(fields.split()), p.format_number(n,fmt))
