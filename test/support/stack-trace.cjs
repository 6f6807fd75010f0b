// In place of the module of this name in cdktf and in constructs.
module.exports = { captureStackTrace: () => [] };
