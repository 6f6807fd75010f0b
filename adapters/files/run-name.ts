/** Such as `20261129T140212.345Z-ab9cdc`. */
export const runName = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z-[0-9a-f]{6}$/;
