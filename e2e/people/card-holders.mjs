// People with an identity card whom the demo bank does not know. All invented; each has a telephone number of their own.

const holder = (given_names, surname, birth_date, sex, lang, number) => ({
  card: { given_names, surname, birth_date, sex, lang, birth_place: 'Eupen', street: 'Kaartstraat 7', postcode: '4700', city: 'Eupen', municipality: 'Eupen' },
  number,
  first_name: given_names.split(' ')[0],
})

export const HOLDERS = {
  griet: holder('Griet Maria', 'Dewaele', '1953-05-04', 'female', 'nl', '+32 467 10 00 01'),
  amelie: holder('Amélie Jeanne', 'Collignon', '1971-12-24', 'female', 'fr', '+32 467 10 00 02'),
  klaus: holder('Klaus Peter', 'Schyns', '1966-02-28', 'male', 'de', '+32 467 10 00 03'),
  priya: holder('Priya', 'Raman', '1990-10-10', 'female', 'nl', '+32 467 10 00 04'),
}

/** The n-th of many. */
export const guest = (n) => holder(`Gast ${'IVXLCDM'[n % 7]}`, `Nummer ${String.fromCharCode(65 + (n % 26))}${String.fromCharCode(97 + Math.floor(n / 26))}`, `19${60 + Math.floor(n / 28)}-01-${String((n % 28) + 1).padStart(2, '0')}`, n % 2 ? 'male' : 'female', 'nl', `+32 467 11 00 ${String(n).padStart(2, '0')}`)
