import { DOCUMENT } from "./body-look.js";

const LIST = JSON.stringify(Array.from({ length: 120 }, (_none, id) => ({ id, mail: `u${id * 7}@example.com` })));

/** Texts, and what zstd 1.5.4 makes of them with little and with much effort. */
export const ZSTD_FRAMES: readonly (readonly [string, string])[] = [
  [
    DOCUMENT,
    "KLUv/QRI/QYA9tA0IzBrrAPAzBbFE7/AqC5Isg1+hITwzxOKapG1JVYH4kVERIEBKgArACoAA6zw93Dh2Ffvx7AZmAOGV2eF4PuOjDAfZ0k4tH" +
      "c6MvNpvCvXGLL2ynIoe8mM5ZBi/0zZ0YGbq2hxmaQkSU+Unkxj4UliXJ2v2D8KPK8emXc0bCI3dIjbT4aH9v0YNleLKPpa7XunGbEhD+0Vh9/V" +
      "VZUtRZjT1lSbIlhCwKDgAdERAa4xZCVFrJRoAAlCft/3ZORVdLeWru+b5eHKJZq2g629goRXSxVxRwIAidyRpWKWAS8EP48=",
  ],
  [
    DOCUMENT,
    "KLUv/QRolQYAws8uGFB5MboB4P+EnfmOcZ/ebjESk6WPJmam9ucPA6iHBZIbAHtn6vga3LTT84W11R6fw8rTIrn1CoTFv7R9amsdCmEo8MG8b2" +
      "LuVDrP2/spC7Wb+JWXqdPXWglbB6Ko99Z660EkSMMcX8sTdhPUdEZm7vSUrkVAFAGPKg1uYfcImE6fD+F/VwZPn22UoDeX5VErucrH31jO9Ok1" +
      "lbcWNyfv0+dqOb7O8gN+HmbdxPd0toFfSJ0WlxgsfoXdDAYARMZK5JjL4DJ8MlwepVYsabMMLwQ/jw==",
  ],
  [
    LIST,
    "KLUv/QRY/QwAFtYzGZCr0AErKWhoRtHn/sUiUkqZUkr7kft/AAI3ACUAKQCjR4/duG3bNrZajTarlJxqaHlPHutxlnhALBQKAA4SFhYEDQcBgw" +
      "GhQCQgECwQiaFAGCAgHAQC9Plc+vfvXbdmzXr1qEddJpOnwp49a7ZsWbJjxw6ySCQOZZTxARMaQkOoiIhoSE5y+seffvrhZ599xqemhmRELGK5" +
      "xRZbaqGFlvnDr9cDA6WRNtpog1ar0WYy4zM8wzPWGeOMccZmbIyNVVFNTYnUpS5lqUpVikIBgO+oIaS+/2eQM1KgMREoBA5WEgERbmzH3Rnasq" +
      "Emc+oyR7fOFEDDUmUYBbV8D7QUQrM0z7LkiKR9gDQLHi3LgNNXmYqWJZWZJFr6ToncdUm+LMrgXBLzGG8d7ioYhCwCpgJEG98Wt2MVqcugrYLd" +
      "neHFZqggZBEwFXjR17oyDdoqWJdIwd+GWGsgtquRC1umkYClhwbnDLAZWdaRGWOMWBFmg5FfnZfRFZArYGtAi92sEsCyv+KtdMHCXowNrPbqgy" +
      "+hro32YpdVEwFQFYS1y14=",
  ],
  [
    LIST,
    "KLUv/QRo3QsARlk4FpAtdAM7qDBQ3D9+ESmTlDKlLZK7gxM6ACwAMABniy2W2GGHNVmSJMlCHo/G83Rdkd07RSYb1sOegQmg4UAIFIxH4xBREA" +
      "oEMAAwFocGIFAGgMQCICkEQ2XoTGcy0003lYlMZBqPPfXUQ0/xFM91rGOd11VTTfXUrl23Zs26tMcaa2w3da5zXctYVspK2ZEZmZGdrMiKjOhD" +
      "N9300kknvdBvfnOb+lRN1RRNzdRMeapTnWIGG1kjaSSNLEbeyTtpJ3/yJ+uF9MJ54bzQL+wL+0K+sLywvPDqrO51r6s6qqMKgO+oEdD5/T8DwD" +
      "OqAxEoBA5eUIQbH8Cr79Z79Wjdk844Nyt3GeeEO32bulW2vbItuFfdpdequ/RadZdeq+7Sa9Vdeq26S69Vd+m16i69Vt2l16q79Fp1l16r7tKL" +
      "1yrV3GnNaNKzajO2jJPRMSpGwzgY+8W9aJeDq3RrRGtkDax9tVodF3ttl6zs1U6yHrus7MVYiAjQqoS1y14=",
  ],
];

/** One in which an offset is the last but a byte less (RFC 8878 §3.1.1.5). */
export const ZSTD_NEARER: readonly [string, string] = [
  "pc8r,pc8rq4ae1rmaos1vm3os1vm3ae1rmapc8rq4os1vm3os1v,pc8rq4os1vm3,ae1rmapc8rq4pc8r,ae1rmapc8rq4pc8r,pc8rq4os1vm3ae1rmaae,ae1rmaa," +
    "pc8r,ae1rmaae1rmaos1vm3,pc8rq4ae1rma,ae,os1vm3pc8rq4os1v,pc8,pc8rq4pc8rq4,os1vm3os1vm3pc8rq4os1vm3pc8rq4pc8rq4os1vm3ae1rmapc8rq4ae1r," +
    "ae1rmaae1rmapc8rq4pc,pc8rq4os1vm3os1vm3",
  "KLUv/QBo9QIA6HBjOHIscTRhZTFybWFvczF2bTMsLGFlLCwsYWUsHaCgGdK+ARAgAWS6AxlykCwnDuSU3xB5P7fghTwPhIwg2QOoQ0vHYH6b+eTcIJUDT9bP3BP5uodHMVg4" +
    "CUGQAQ==",
];

/** A frame, and another that was made to go on from its text, which no frame that says nothing of it may do. */
export const ZSTD_BEYOND: readonly [string, string] = [
  "KLUv/SBadQIAooUSF5CpOfjaxaygTGCwiRRxFYdepOXp9cccBgngd4wZJ7hcZD2zab50kP5Mhp6JpcY5cVQQKKbWz7GCirzoie8KLNR1FIHNV2JfDgEA",
  "KLUv/SBAPQAAAAEAHaQABA==",
];
