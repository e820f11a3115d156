// Returns the visible texts whose contrast to what is behind them is below 4.5:1. Colors are computed by a canvas, which knows all notations.
const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const rgba = (color) => {
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
};
const over = ([r, g, b, a], below) => [r, g, b].map((value, index) => value * a + below[index] * (1 - a));
const luminance = (color) => {
  const [r, g, b] = color.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (one, other) => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const root = matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];

// The layers behind a text, the uppermost first: its ancestors up to the top layer of a dialog, and for a drawing the shapes before it.
const background = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    if (at instanceof SVGElement) {
      for (let shape = at.previousElementSibling; shape; shape = shape.previousElementSibling) {
        if (shape instanceof SVGRectElement) layers.push(getComputedStyle(shape).fill);
      }
    } else {
      layers.push(getComputedStyle(at).backgroundColor);
      if (at.matches("dialog[open]")) break;
    }
  }
  return layers.reverse().reduce((below, color) => over(rgba(color), below), root);
};
const opacity = (element) => {
  let value = 1;
  for (let at = element; at; at = at.parentElement) value *= Number(getComputedStyle(at).opacity);
  return value;
};

const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const checked = new Map();
let count = 0;
const low = [];
for (let text = texts.nextNode(); text; text = texts.nextNode()) {
  const element = text.parentElement;
  if (text.data.trim() === "" || element.closest("script, style, .visually-hidden, option") || element.matches(":disabled")) continue;
  if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
  const drawn = element instanceof SVGElement;
  const style = getComputedStyle(element);
  const behind = background(element);
  const color = rgba(drawn ? style.fill : style.color);
  color[3] *= opacity(element);
  count += 1;
  const contrast = ratio(over(color, behind), behind);
  if (contrast < 4.5) low.push(`${contrast.toFixed(2)}: "${text.data.trim().slice(0, 40)}" in ${element.tagName} .${element.className.baseVal ?? element.className}, ${drawn ? style.fill : style.color} on ${behind}`);
}
for (const field of document.querySelectorAll("input, select")) {
  if (!field.checkVisibility()) continue;
  const styles = [getComputedStyle(field)];
  if (field.placeholder) styles.push(getComputedStyle(field, "::placeholder"));
  const behind = background(field);
  for (const style of styles) {
    count += 1;
    const contrast = ratio(over(rgba(style.color), behind), behind);
    if (contrast < 4.5) low.push(`${contrast.toFixed(2)}: field #${field.id}`);
  }
}
return { count, low: [...new Set(low)] };
