"""What follows from records for one viewer: rules that know no view and no node, in one folder for each subject."""
