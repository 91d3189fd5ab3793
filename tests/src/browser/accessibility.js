// What a page's structure and colours are like, as sentences about what is wrong; run by `accessibility.rs`, as the body
// of a function whose one argument is the contrast that texts must have.
const least = arguments[0];
const faults = [];
const all = selector => [...document.querySelectorAll(selector)];
const isDrawn = element => element.checkVisibility({ visibilityProperty: true });
const shortened = text => text.trim().replace(/\s+/g, ' ').slice(0, 60);
const where = element => `<${element.localName} class="${element.getAttribute('class') ?? ''}">`;

// The document: its language, its title, one main part, one first heading, and no heading that skips a level.
const root = document.documentElement;
if (!root.lang.trim()) faults.push('the page does not say its language');
if (!document.title.trim()) faults.push('the page has no title');
for (const [selector, what] of [['h1', 'headings of the first level'], ['main', 'main parts']]) {
    const drawn = all(selector).filter(isDrawn);
    if (drawn.length !== 1) faults.push(`the page has ${drawn.length} ${what}, and should have one`);
}
let level = 0;
for (const heading of all('h1, h2, h3, h4, h5, h6').filter(isDrawn)) {
    const its = Number(heading.localName[1]);
    if (its > level + 1) faults.push(`a heading skips a level: ${where(heading)} ${shortened(heading.textContent)}`);
    level = its;
}

// References: an id names one element, and whoever refers to one must find it.
const ids = all('[id]').map(element => element.id);
for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) {
    faults.push(`the id ${id} is on more than one element`);
}
for (const name of ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls']) {
    for (const element of all(`[${name}]`)) {
        const missing = element.getAttribute(name).split(/\s+/).filter(id => id && !document.getElementById(id));
        if (missing.length) faults.push(`${where(element)} has ${name}="${missing.join(' ')}", which is nowhere`);
    }
}
for (const image of all('img:not([alt])')) faults.push(`a picture has no text in its place: ${where(image)}`);
for (const table of all('table').filter(isDrawn)) {
    if (!table.querySelector('th')) faults.push(`a table has no heading cell: ${shortened(table.textContent)}`);
}

// Colours as red, green, blue (0 to 255) and how opaque (0 to 1): read from the old notation, and from a painted point
// for every newer one, which rounds to whole numbers.
const point = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
const known = new Map();
function colour(notation) {
    const plain = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(notation);
    if (plain) return plain.slice(1).map(number => Number(number ?? 1));
    if (!known.has(notation)) {
        point.clearRect(0, 0, 1, 1);
        point.fillStyle = notation;
        point.fillRect(0, 0, 1, 1);
        const [red, green, blue, opaque] = point.getImageData(0, 0, 1, 1).data;
        known.set(notation, [red, green, blue, opaque / 255]);
    }
    return known.get(notation);
}
const over = (above, below) =>
    [0, 1, 2].map(index => above[index] * above[3] + below[index] * (1 - above[3])).concat(1);
// WCAG 2.2, relative luminance and contrast ratio.
function luminance(rgb) {
    const [red, green, blue] = rgb.slice(0, 3).map(value => value / 255)
        .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(one, other) {
    const [darker, lighter] = [luminance(one), luminance(other)].sort((left, right) => left - right);
    return (lighter + 0.05) / (darker + 0.05);
}

// What stands behind everything: white, or what the browser draws on a page that says it knows the dark.
const paper = (() => {
    const probe = document.createElement('span');
    probe.style.backgroundColor = 'Canvas';
    root.append(probe);
    const notation = getComputedStyle(probe).backgroundColor;
    probe.remove();
    return colour(notation);
})();
const lineOf = element => {
    const line = [];
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) line.unshift(at);
    return line;
};
// The colour behind an element's text, from the page inwards; nothing where a picture is in between.
function ground(element) {
    let behind = paper;
    let isPicture = false;
    for (const style of lineOf(element).map(at => getComputedStyle(at))) {
        const own = colour(style.backgroundColor);
        isPicture = (isPicture && own[3] < 1) || style.backgroundImage !== 'none';
        behind = over(own, behind);
    }
    return isPicture ? null : behind;
}
const opacity = element => lineOf(element).reduce((all, at) => all * Number(getComputedStyle(at).opacity), 1);

function judge(element, notation, text) {
    const behind = ground(element);
    if (!behind) {
        faults.push(`a text stands on a picture: ${where(element)} ${shortened(text)}`);
        return;
    }
    const own = colour(notation);
    const drawn = over([...own.slice(0, 3), own[3] * opacity(element)], behind);
    const ratio = contrast(drawn, behind);
    if (ratio < least) {
        const said = rgb => rgb.slice(0, 3).map(Math.round).join(',');
        faults.push(`contrast ${ratio.toFixed(2)} (${said(drawn)} on ${said(behind)}): `
            + `${where(element)} ${shortened(text)}`);
    }
}

// Texts for screen readers alone are kept in a corner of one point, and have no contrast.
const hasSize = box => box.width > 1 && box.height > 1;
const isCornered = element => lineOf(element).some(at =>
    !hasSize(at.getBoundingClientRect()) && ['hidden', 'clip'].includes(getComputedStyle(at).overflowX));
const isDisabled = element => element.closest(':disabled, [aria-disabled=true]') !== null;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const range = document.createRange();
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('script, style, noscript, template, select, textarea')) continue;
    if (element.closest('svg title, svg desc') || !isDrawn(element) || isDisabled(element)) continue;
    range.selectNodeContents(node);
    if (![...range.getClientRects()].some(hasSize) || isCornered(element)) continue;
    const style = getComputedStyle(element);
    judge(element, element instanceof SVGElement ? style.fill : style.color, node.data);
}
// What a field holds or asks for is no text of the page, but is read like one.
for (const field of all('input, select, textarea').filter(field => isDrawn(field) && !isDisabled(field))) {
    if (['checkbox', 'radio', 'range', 'color', 'hidden', 'image'].includes(field.type)) continue;
    judge(field, getComputedStyle(field).color, `(what the field ${field.name} holds)`);
    if (field.placeholder) judge(field, getComputedStyle(field, '::placeholder').color, field.placeholder);
}
return [...new Set(faults)];
