// The records that the suite pushes: made up, in the shape in which the French
// public platform sends its missions to Algolia. The same seed, count and day
// make the same records.

// dice is a seeded source of chance (mulberry32): dice(n) is a whole number
// from 0 to n-1, dice() a fraction from 0 to 1.
export function dice(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    const fraction = ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    return n === undefined ? fraction : Math.floor(fraction * n);
  };
}

// The cities of the records: name, postal code, department, where. Large ones
// come first, and more often.
export const cities = [
  ['Paris', '75011', '75', 'Paris', 48.8592, 2.3790],
  ['Marseille', '13001', '13', 'Bouches-du-Rhône', 43.2965, 5.3698],
  ['Lyon', '69003', '69', 'Rhône', 45.7578, 4.8320],
  ['Toulouse', '31000', '31', 'Haute-Garonne', 43.6045, 1.4442],
  ['Nice', '06000', '06', 'Alpes-Maritimes', 43.7034, 7.2663],
  ['Nantes', '44000', '44', 'Loire-Atlantique', 47.2184, -1.5536],
  ['Montpellier', '34000', '34', 'Hérault', 43.6119, 3.8772],
  ['Strasbourg', '67000', '67', 'Bas-Rhin', 48.5734, 7.7521],
  ['Bordeaux', '33000', '33', 'Gironde', 44.8378, -0.5792],
  ['Lille', '59000', '59', 'Nord', 50.6292, 3.0573],
  ['Rennes', '35000', '35', 'Ille-et-Vilaine', 48.1173, -1.6778],
  ['Reims', '51100', '51', 'Marne', 49.2583, 4.0317],
  ['Saint-Étienne', '42000', '42', 'Loire', 45.4397, 4.3872],
  ['Le Havre', '76600', '76', 'Seine-Maritime', 49.4944, 0.1079],
  ['Grenoble', '38000', '38', 'Isère', 45.1885, 5.7245],
  ['Dijon', '21000', '21', "Côte-d'Or", 47.3220, 5.0415],
  ['Angers', '49000', '49', 'Maine-et-Loire', 47.4784, -0.5632],
  ['Clermont-Ferrand', '63000', '63', 'Puy-de-Dôme', 45.7772, 3.0870],
  ['Limoges', '87000', '87', 'Haute-Vienne', 45.8336, 1.2611],
  ['Metz', '57000', '57', 'Moselle', 49.1193, 6.1757],
  ['Besançon', '25000', '25', 'Doubs', 47.2378, 6.0241],
  ['Orléans', '45000', '45', 'Loiret', 47.9030, 1.9093],
  ['Caen', '14000', '14', 'Calvados', 49.1829, -0.3707],
  ['Brest', '29200', '29', 'Finistère', 48.3904, -4.4861],
  ['Pau', '64000', '64', 'Pyrénées-Atlantiques', 43.2951, -0.3708],
  ['Saint-Denis', '97400', '974', 'La Réunion', -20.8823, 55.4504],
  ['Fort-de-France', '97200', '972', 'Martinique', 14.6037, -61.0733],
];

// The platform's domains and some of its activities, each with the activity's
// domain and words of missions of that kind.
const domains = {
  1: 'Santé pour tous', 2: 'Prévention et protection', 3: 'Art et culture pour tous', 4: 'Sport pour tous',
  7: 'Solidarité et insertion', 9: 'Éducation pour tous', 10: 'Protection de la nature', 11: 'Bénévolat de compétences',
};
const activities = [
  [28, 'Distribution', 7, 'Distribuer des repas chauds', 'colis repas accueil bénéficiaires épicerie'],
  [7, 'Collecte de produits', 7, 'Participer à la collecte alimentaire', 'collecte magasin produits denrées tri'],
  [1, 'Maraude', 7, 'Aller à la rencontre des sans-abri', 'maraude rue nuit équipe écoute'],
  [8, "Lutte contre l'isolement", 7, 'Rendre visite à une personne âgée', 'visite âgés conversation promenade isolement'],
  [17, 'Soutien scolaire et formation', 9, 'Aider un collégien à faire ses devoirs', 'devoirs mathématiques lecture élèves collège'],
  [4, 'Alphabétisation / Apprentissage du français (FLE)', 9, 'Animer un atelier de français', 'français atelier alphabétisation conversation adultes'],
  [12, 'Ramassage de déchets', 10, 'Nettoyer les berges', 'déchets rivière plage nettoyage gants'],
  [5, "Aménagement d'espaces naturels", 10, 'Entretenir un potager partagé', 'potager jardin plantation compost haies'],
  [16, 'Soins aux animaux', 10, 'Promener les chiens du refuge', 'chiens chats refuge soins promenade'],
  [20, 'Accompagnement aux activités sportives', 4, 'Encadrer un entraînement de football', 'football entraînement enfants gymnase tournoi'],
  [34, 'Médiation culturelle', 3, 'Accueillir le public du musée', 'musée exposition accueil visiteurs patrimoine'],
  [14, 'Secourisme et sécurité civile', 2, 'Tenir un poste de secours', 'secours premiers gestes poste évènement'],
  [2, 'Médical', 1, "Tenir compagnie à l'hôpital", 'hôpital patients chambre écoute soins'],
  [39, 'Informatique', 11, 'Développer le site de notre association', 'site informatique développement ordinateur code'],
  [24, 'Communication', 11, 'Animer nos réseaux sociaux', 'communication affiche photos réseaux rédaction'],
];
const networks = ['Les Restos du Cœur', 'Croix-Rouge française', 'Secours populaire', 'Banques alimentaires', 'Petits Frères des Pauvres', 'Emmaüs', 'AFEV', 'SPA'];
const beneficiaries = ['Personnes âgées', 'Personnes en difficulté', 'Jeunes / enfants', 'Personnes en situation de handicap', 'Tous publics', 'Personnes réfugiées'];
const volunteers = ['Mineurs', 'Seniors', 'Jeunes retraités', 'Personnes en situation de handicap'];
const tags = ['Vacances', 'Plan Grand Froid', 'Jeux', 'Coup de main', 'En famille'];
const durations = ['1_hour', '2_hours', 'half_day', 'day'];
const periods = [null, 'week', 'month', 'year'];
const words = 'ensemble bienveillance régulier découverte échange partage moment quartier famille semaine matinée soirée projet terrain rencontre utile simple joyeux sourire territoire énergie engagement'.split(' ');

const day = 86400;

// startOfDay is midnight (UTC) of a moment given in milliseconds, in seconds.
export const startOfDay = (ms) => Math.floor(ms / 86400000) * day;

// records makes count records as of today (seconds). A tenth are remote, a
// tenth are partners', some have two or three addresses, some are full, over,
// or have no date.
export function records(count, seed, today) {
  const roll = dice(seed);
  const structures = Array.from({ length: 300 }, (_, i) => structure(i + 1, roll));
  return Array.from({ length: count }, (_, i) => record(i + 1, roll, structures, today));
}

function structure(id, roll) {
  const city = cities[roll(cities.length)];
  const kind = ['Association', 'Collectif', 'Maison', 'Comité', 'Les amis'][roll(5)];
  const network = roll(3) === 0 ? networks[roll(networks.length)] : null;
  return {
    id,
    name: `${kind} ${['Soleil', 'Horizon', 'Entraide', 'Passerelle', 'Lien', 'Tandem'][roll(6)]} de ${city[0]} n° ${id}`,
    score: roll(101),
    response_ratio: roll(101),
    reseau: network && { id: networks.indexOf(network) + 1, name: network },
    reseaux: network ? [{ id: networks.indexOf(network) + 1, name: network }] : [],
  };
}

function record(id, roll, structures, today) {
  const [activityID, activityName, domainID, title, vocabulary] = activities[roll(activities.length)];
  const partner = roll(10) === 0;
  const remote = roll(10) === 0;
  const addresses = remote ? [] : Array.from({ length: roll(8) === 0 ? 2 + roll(2) : 1 }, (_, i) => address(i + 1, roll));
  const home = addresses[0];
  const max = 1 + roll(40);
  const left = roll(4) === 0 ? 0 : 1 + roll(max);
  const secondDomain = roll(4) === 0 ? 11 : null;
  const domainIDs = secondDomain && secondDomain !== domainID ? [domainID, secondDomain] : [domainID];
  return {
    objectID: partner ? `ApiEngagement/${(0x5f0000000000 + id * 7919).toString(16)}` : `App\\Models\\Mission::${id}`,
    id,
    name: `${title} ${['le samedi', 'en semaine', 'cet été', 'près de chez vous', 'dès maintenant'][roll(5)]}`,
    slug: `mission-${id}`,
    description: sentence(vocabulary.split(' '), roll),
    state: 'Validée',
    department: home ? home.department : null,
    department_name: home ? home.department_name : null,
    zip: home ? home.zip : null,
    city: home ? home.city : null,
    addresses: addresses.map(({ department_name, ...rest }) => rest),
    participations_max: max,
    places_left: left,
    has_places_left: left > 0,
    structure: structures[roll(structures.length)],
    type: remote ? 'Mission à distance' : 'Mission en présentiel',
    activity: { id: activityID, name: activityName },
    activities: [{ id: activityID, name: activityName }],
    domaine_id: domainID,
    domaine: { id: domainID, name: domains[domainID] },
    domaines: domainIDs.map((d) => domains[d]),
    provider: partner ? 'api_engagement' : 'reserve_civique',
    publisher_name: partner ? ['Benevolt', 'Linkee', 'France Bénévolat'][roll(3)] : 'JeVeuxAider.gouv.fr',
    post_date: today - roll(400) * day,
    ...dates(roll, today),
    is_priority: roll(8) === 0,
    is_registration_open: roll(20) !== 0,
    ...commitment(roll),
    publics_beneficiaires: some(beneficiaries, roll),
    publics_volontaires: some(volunteers, roll),
    tags: some(tags, roll),
    _geoloc: addresses.map((a) => ({ lat: a.latitude, lng: a.longitude })),
  };
}

function address(id, roll) {
  // The first cities are drawn more often, as people live there.
  const [city, zip, department, name, lat, lng] = cities[Math.floor(roll() * roll() * cities.length)];
  const away = () => Math.round((roll() - 0.5) * 0.3 * 1e6) / 1e6;
  return {
    id: String(id), label: `${zip} ${city}`, street: `${1 + roll(90)} rue de la République`, zip, city, department,
    department_name: `${department} - ${name}`,
    latitude: Math.round((lat + away()) * 1e6) / 1e6, longitude: Math.round((lng + away()) * 1e6) / 1e6,
  };
}

// dates keeps three days away from today on both sides, so that no mission ends
// while the suite runs.
function dates(roll, today) {
  const recurring = roll(3) !== 0;
  const start = today + (roll(120) - 60) * day;
  const outdated = roll(12) === 0;
  const end = outdated ? today - (3 + roll(50)) * day : today + (3 + roll(300)) * day;
  const has_end_date = outdated || roll(3) !== 0;
  const slots = !recurring && !outdated && roll(2) === 0
    ? Array.from({ length: 1 + roll(4) }, () => today + (3 + roll(40)) * day).map((timestamp) => ({
      id: timestamp, date: new Date(timestamp * 1000).toISOString().slice(0, 10), timestamp, slots: ['morning'],
    }))
    : null;
  return {
    date_type: recurring ? 'recurring' : 'ponctual',
    start_date: Math.min(start, end - day),
    end_date: has_end_date ? end : null,
    dates: slots,
    has_creneaux: slots !== null,
    has_end_date,
    end_date_no_creneaux: slots || !has_end_date ? null : end,
    is_outdated: outdated,
  };
}

function commitment(roll) {
  const duration = durations[roll(durations.length)], period = periods[roll(periods.length)];
  return {
    commitment__duration: duration,
    commitment__time_period: period,
    commitment__total: 1 + roll(200),
    commitment: period ? `${duration}|${period}` : duration,
  };
}

function sentence(vocabulary, roll) {
  const n = 12 + roll(20);
  const text = Array.from({ length: n }, () => (roll(3) === 0 ? vocabulary[roll(vocabulary.length)] : words[roll(words.length)]));
  return `${text[0][0].toUpperCase()}${text.join(' ').slice(1)}.`;
}

function some(list, roll) {
  return list.filter(() => roll(3) === 0);
}

// settings are what the platform would set on its mission index.
export const settings = {
  searchableAttributes: ['name', 'unordered(description)', 'structure.name', 'activities.name,domaines', 'city', 'tags'],
  attributesForFaceting: [
    'searchable(structure.name)', 'searchable(structure.reseaux.name)', 'searchable(activities.name)', 'searchable(domaines)',
    'searchable(department_name)', 'searchable(city)', 'type', 'publics_beneficiaires', 'publics_volontaires', 'tags',
    'commitment__duration', 'date_type', 'has_places_left', 'is_priority', 'filterOnly(provider)', 'filterOnly(is_outdated)',
  ],
  // Algolia's own. An index of missions that is told nothing ranks by
  // "renfort" before "custom" (test/seats.test.js).
  ranking: ['typo', 'geo', 'words', 'filters', 'proximity', 'attribute', 'exact', 'custom'],
  customRanking: ['desc(is_priority)', 'desc(places_left)', 'asc(post_date)'],
  hitsPerPage: 18,
  maxValuesPerFacet: 1000,
  attributesToHighlight: ['name', 'description'],
  attributesToSnippet: ['description:10'],
  paginationLimitedTo: 1000,
};
