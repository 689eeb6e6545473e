// A search page of stock instantsearch.js widgets. From a page on Algolia it
// differs in the lines of `client` alone: the key, and the hosts.

const asked = new URLSearchParams(location.search); // ?host=127.0.0.1:8080&protocol=http&key=…

// Version 5 of the client calls itself liteClient, version 4 algoliasearch.
const create = window['algoliasearch/lite']?.liteClient ?? window.algoliasearch;

const client = create('RENFORT', asked.get('key'), {
  hosts: [{ url: asked.get('host'), protocol: asked.get('protocol') ?? 'https' }].map((h) => ({ ...h, accept: create === window.algoliasearch ? 3 : 'readWrite' })),
});

const { widgets, connectors } = instantsearch;
const search = instantsearch({ indexName: 'missions', searchClient: client, future: { preserveSharedStateOnUnmount: true } });

const number = new Intl.NumberFormat('fr-FR');
const cities = {
  'Lyon': '45.7578, 4.8320', 'Marseille': '43.2965, 5.3698', 'Nice': '43.7034, 7.2663', 'Paris': '48.8592, 2.3790', 'Rennes': '48.1173, -1.6778',
};

// around sets the point of the search, as the platform's own page does.
const around = connectors.connectConfigure(({ refine }, first) => {
  if (!first) return;
  const select = document.createElement('select');
  select.append(new Option('Partout', ''), ...Object.keys(cities).map((name) => new Option(`Autour de ${name}`, name)));
  select.addEventListener('change', () => refine(select.value
    ? { aroundLatLng: cities[select.value], aroundRadius: 35000, aroundPrecision: 2000, getRankingInfo: true }
    : { aroundLatLng: undefined, aroundRadius: undefined, aroundPrecision: undefined, getRankingInfo: undefined }));
  document.querySelector('#autour').append(select);
});

// map shows the hits as dots; a button searches in the rectangle shown.
const frames = {
  'Île-de-France': { northEast: { lat: 49.1, lng: 2.9 }, southWest: { lat: 48.5, lng: 1.8 } },
  'Grand Sud': { northEast: { lat: 44.5, lng: 7.7 }, southWest: { lat: 42.5, lng: -1.5 } },
};
const map = connectors.connectGeoSearch(({ items, refine, isRefinedWithMap, clearMapRefinement }, first) => {
  const box = document.querySelector('#carte');
  if (first) {
    box.innerHTML = '<svg viewBox="-5.5 -51.5 14 10" role="img" aria-label="Carte des missions de la page"></svg><div></div>';
    for (const [name, frame] of Object.entries(frames)) box.lastChild.append(button(name, () => refine(frame)));
    box.lastChild.append(button('Toute la France', () => clearMapRefinement()));
  }
  box.classList.toggle('choisie', isRefinedWithMap());
  box.firstChild.innerHTML = items.flatMap((hit) => hit._geoloc).map((p) => `<circle cx="${p.lng}" cy="${-p.lat}" r="0.14"/>`).join('');
});

function button(text, act) {
  const b = document.createElement('button');
  b.textContent = text;
  b.addEventListener('click', act);
  return b;
}

const places = (hit) => (hit.has_places_left ? `${number.format(hit.places_left)} place${hit.places_left > 1 ? 's' : ''}` : 'Complet');

// The address that is nearest to the point, where there is one.
const place = (hit) => {
  const at = hit._rankingInfo?.matchedGeoLocation;
  const nearest = at && hit.addresses.find((a) => Math.abs(a.latitude - at.lat) + Math.abs(a.longitude - at.lng) < 1e-6);
  return (nearest ?? hit).city ?? 'À distance';
};
const km = (hit) => hit._rankingInfo?.matchedGeoLocation && `à ${number.format(Math.round(hit._rankingInfo.matchedGeoLocation.distance / 100) / 10)} km`;

search.addWidgets([
  widgets.configure({ hitsPerPage: 18 }),
  widgets.searchBox({ container: '#recherche', placeholder: 'Une activité, une association, une ville…' }),
  around({ searchParameters: {} }),
  widgets.toggleRefinement({ container: '#disponibles', attribute: 'has_places_left', templates: { labelText: 'Avec des places disponibles' } }),
  widgets.refinementList({ container: '#domaines', attribute: 'domaines' }),
  widgets.refinementList({ container: '#activites', attribute: 'activities.name', limit: 6, showMore: true, templates: { showMoreText: ({ isShowingMore }) => (isShowingMore ? 'Moins' : 'Plus') } }),
  widgets.refinementList({ container: '#departements', attribute: 'department_name', limit: 6, searchable: true, searchablePlaceholder: 'Chercher un département' }),
  widgets.rangeInput({ container: '#places', attribute: 'places_left', templates: { separatorText: 'à', submitText: 'OK' } }),
  map({}),
  widgets.clearRefinements({ container: '#effacer', templates: { resetLabel: 'Tout effacer' } }),
  widgets.currentRefinements({
    container: '#choix',
    transformItems: (items) => items.map((item) => (item.attribute !== 'has_places_left' ? item
      : { ...item, refinements: item.refinements.map((r) => ({ ...r, label: 'Avec des places' })) })),
  }),
  widgets.stats({ container: '#compte', templates: { text: ({ nbHits }) => `${number.format(nbHits)} mission${nbHits > 1 ? 's' : ''}` } }),
  widgets.sortBy({ container: '#tri', items: [{ label: 'Les plus utiles', value: 'missions' }, { label: 'Les plus récentes', value: 'missions_recentes' }] }),
  widgets.hits({
    container: '#missions',
    templates: {
      empty: 'Aucune mission ne correspond à votre recherche.',
      item: (hit, { html, components }) => html`
        <article data-id="${hit.objectID}">
          <p class="domaine">${hit.domaines.join(' · ')}${hit.is_priority ? html` <b>Prioritaire</b>` : ''}</p>
          <h3>${components.Highlight({ attribute: 'name', hit })}</h3>
          <p>${components.Snippet({ attribute: 'description', hit })}</p>
          <footer><span class="lieu">${place(hit)}${km(hit) ? html` <span class="distance">${km(hit)}</span>` : ''}</span> <span class="${hit.has_places_left ? 'libre' : 'complet'}">${places(hit)}</span></footer>
        </article>`,
    },
  }),
  widgets.pagination({ container: '#pages', padding: 2, scrollTo: 'body' }),
]);

search.start();
