/** Which country dials how: calling code, trunk prefix, international prefix (ITU-T E.164 Annex, E.129). */

export interface Country {
  /** Calling code without plus. */
  readonly code: string
  /** Dialled before a national number and dropped abroad; '' where the number is written the same way everywhere. */
  readonly trunk: string
  /** Dialled before a foreign number; `00` where not said otherwise. */
  readonly exit: string
  /** Lawful lengths of the national number without trunk prefix. */
  readonly length: readonly [shortest: number, longest: number]
}

/** ISO 3166 code and calling code, by zone of the world's numbering plan. */
const callingCodes = `
US1 CA1 AG1 AI1 AS1 BB1 BM1 BS1 DM1 DO1 GD1 GU1 JM1 KN1 KY1 LC1 MP1 MS1 PR1 SX1 TC1 TT1 VC1 VG1 VI1
EG20 SS211 MA212 EH212 DZ213 TN216 LY218 GM220 SN221 MR222 ML223 GN224 CI225 BF226 NE227 TG228 BJ229 MU230 LR231 SL232
GH233 NG234 TD235 CF236 CM237 CV238 ST239 GQ240 GA241 CG242 CD243 AO244 GW245 IO246 AC247 SC248 SD249 RW250 ET251 SO252
DJ253 KE254 TZ255 UG256 BI257 MZ258 ZM260 MG261 RE262 YT262 ZW263 NA264 MW265 LS266 BW267 SZ268 KM269 ZA27 SH290 TA290
ER291 AW297 FO298 GL299
GR30 NL31 BE32 FR33 ES34 GI350 PT351 LU352 IE353 IS354 AL355 MT356 CY357 FI358 AX358 BG359 HU36 LT370 LV371 EE372 MD373
AM374 BY375 AD376 MC377 SM378 VA39 UA380 RS381 ME382 XK383 HR385 SI386 BA387 MK389 IT39
RO40 CH41 CZ420 SK421 LI423 AT43 GB44 GG44 IM44 JE44 DK45 SE46 NO47 SJ47 PL48 DE49
FK500 BZ501 GT502 SV503 HN504 NI505 CR506 PA507 PM508 HT509 PE51 MX52 CU53 AR54 BR55 CL56 CO57 VE58 GP590 BL590 MF590
BO591 GY592 EC593 GF594 PY595 MQ596 SR597 UY598 CW599 BQ599
MY60 AU61 CX61 CC61 ID62 PH63 NZ64 SG65 TH66 TL670 NF672 BN673 NR674 PG675 TO676 SB677 VU678 FJ679 PW680 WF681 CK682
NU683 WS685 KI686 NC687 TV688 PF689 TK690 FM691 MH692
RU7 KZ7
JP81 KR82 VN84 KP850 HK852 MO853 KH855 LA856 CN86 BD880 TW886
TR90 IN91 PK92 AF93 LK94 MM95 MV960 LB961 JO962 SY963 IQ964 KW965 SA966 YE967 OM968 PS970 AE971 IL972 BH973 QA974 BT975
MN976 NP977 IR98 TJ992 TM993 AZ994 GE995 KG996 UZ998`

/** Codes of no country: freephone, shared cost, satellite, networks. */
const worldCodes = ['800', '808', '870', '878', '881', '882', '883', '888', '979']

/** No trunk prefix: the leading digit, zero included, belongs to the number. */
const whole = new Set(
  `IT VA SM ES PT GR CY MT DK NO SJ IS FO GL PL CZ LV EE LU MC AD GI VC SG HK MO BN QA KW BH OM TN CI BF BJ CM CV
  ST GQ GA CG SN ML NE TG MR GN GM GW DJ SC MU MV BT FJ TO WS SB VU KI TV NR NU TK CK FM MH PW PF NC WF PM
  CR PA GT SV HN NI BZ HT GY SR AW CW BQ SH AC FK TT JM MX CO CL`.split(/\s+/),
)

const trunks: Readonly<Record<string, string>> = { RU: '8', KZ: '8', BY: '8', TM: '8', HU: '06' }

const exits: Readonly<Record<string, string>> = {
  AU: '0011',
  CX: '0011',
  CC: '0011',
  JP: '010',
  KR: '001',
  HK: '001',
  SG: '001',
  TH: '001',
  ID: '001',
  KH: '001',
  TW: '002',
  RU: '810',
  KZ: '810',
  BY: '810',
  TM: '810',
  CU: '119',
  KE: '000',
  TZ: '000',
  UG: '000',
  NG: '009',
  GY: '001',
  MN: '001',
}

/** National lengths where they are firm and the wrong guess is costly; elsewhere E.164's own bounds hold. */
const lengths: Readonly<Record<string, readonly [number, number]>> = {
  IN: [10, 11],
  GB: [9, 10],
  FR: [9, 9],
  ES: [9, 9],
  PT: [9, 9],
  AU: [9, 9],
  BR: [10, 11],
  MX: [10, 10],
  CH: [9, 9],
  NL: [9, 9],
  BE: [8, 9],
  DK: [8, 8],
  NO: [8, 8],
  PL: [9, 9],
  CZ: [9, 9],
  SG: [8, 8],
  HK: [8, 8],
  CN: [9, 11],
  JP: [9, 10],
  KR: [8, 11],
  PH: [8, 10],
  PK: [9, 10],
  BD: [8, 10],
  AE: [8, 9],
  SA: [8, 9],
  IL: [8, 9],
  TR: [10, 10],
  ZA: [9, 9],
  RU: [10, 10],
  KZ: [10, 10],
  CO: [10, 10],
  CL: [9, 9],
  VN: [8, 10],
  LK: [9, 9],
  NG: [8, 10],
  KE: [7, 9],
  GR: [10, 10],
}

const table: ReadonlyMap<string, Country> = new Map(
  callingCodes
    .trim()
    .split(/\s+/)
    .map((entry) => country(entry.slice(0, 2), entry.slice(2))),
)

const codes: ReadonlySet<string> = new Set([...[...table.values()].map((entry) => entry.code), ...worldCodes])

/** How `iso` (two letters, any case) dials; undefined when there is no such country. */
export function countryOf(iso: string): Country | undefined {
  return table.get(iso.toUpperCase())
}

/** The calling code an international number (digits only) begins with; codes are prefix-free, so there is one or none. */
export function callingCodeOf(digits: string): string | undefined {
  return [1, 2, 3].map((length) => digits.slice(0, length)).find((code) => codes.has(code))
}

/** The countries of a calling code, as ISO 3166 codes; the largest first where several share one. */
export function countriesOf(code: string): readonly string[] {
  return [...table].flatMap(([iso, entry]) => (entry.code === code ? [iso] : []))
}

/** Lengths that hold for every number of a calling code; E.164 allows 15 digits with the code. */
export function lengthOf(code: string): readonly [number, number] {
  return code === '1' ? [10, 10] : [4, 15 - code.length]
}

function country(iso: string, code: string): [string, Country] {
  const northAmerica = code === '1'
  return [
    iso,
    {
      code,
      trunk: northAmerica ? '1' : (trunks[iso] ?? (whole.has(iso) ? '' : '0')),
      exit: northAmerica ? '011' : (exits[iso] ?? '00'),
      length: lengths[iso] ?? lengthOf(code),
    },
  ]
}
