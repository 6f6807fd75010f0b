// In place of the package of this name.
module.exports = () => {
  throw new Error('no test packs an archive');
};
