// The words of changing a mini-app by hand.

export const editorEn = {
  byHand: "Change it by hand", notApplied: "Changes not applied yet: {count}", goOnEditing: "Go on editing", dropDraft: "Drop my changes", takeBackLast: "Take back the last",
  changedMeanwhile: "The app was changed meanwhile. Your changes are kept, and stand on version {number} now: look at them again.",
  lookAtMarked: "Something is not right yet: look at what is marked.",
  appTitle: "Title", appIcon: "Icon", appIconHint: "one emoji", appAbout: "Description", appCurrency: "Currency", appCurrencyHint: "EUR, USD, CNY…", appTheme: "Look",
  kindOfRecord: "Kind of record", fieldsOf: "Fields of {name}", fieldLabel: "Name of the field", fieldType: "Type", fieldRequired: "required", fieldOptional: "not required",
  fieldUnit: "Unit", fieldHint: "Hint below the input", fieldLeast: "At least", fieldMost: "At most", fieldFormula: "Computed", fieldFormulaHint: "a formula over other fields, such as price * count",
  fieldRelatesTo: "Record of", fieldOrder: "another order of the fields", moreAbout: "More about {name}",
  choices: "Choices", choiceNamed: "Choice {name}", addChoice: "Another choice", addField: "Add field", newField: "New field",
  moveUp: "Move {name} up", moveDown: "Move {name} down",
  view: "View", viewTitle: "Name of the view", viewType: "Shows as", viewBy: "By", viewFigure: "Figure", viewOf: "Records", viewOrder: "another order of the views", addView: "Add view",
  whatRolesMay: "What the roles may do", whatEditorsMay: "Who may edit can", whatViewersMay: "Who may read can", forRecords: "{who} · {name}",
  mayAdd: "add records", mayChangeOwn: "change their own", mayChangeAny: "change all", mayRemoveOwn: "remove their own", mayRemoveAny: "remove all",
  typeTEXT: "Text", typeNUMBER: "Number", typeINTEGER: "Whole number", typeBOOLEAN: "Yes or no", typeDATE: "Date", typeDATETIME: "Date and time", typeCHOICE: "Choice",
  typeMULTI_CHOICE: "Several choices", typePERSON: "Person", typeRATING: "Stars", typeDURATION: "Duration", typeMONEY: "Money", typeURL: "Link", typeIMAGE: "Picture", typeRELATION: "Another record",
  viewFORM: "Form", viewTABLE: "Table", viewLIST: "List", viewBOARD: "Board", viewCALENDAR: "Calendar", viewCHECKLIST: "Checklist", viewGALLERY: "Gallery", viewCHART: "Chart", viewMETRIC: "One figure", viewCUSTOM: "Script",
  themeplain: "Plain", themewarm: "Warm", themecool: "Cool", themeforest: "Forest", themenight: "Night",
};

export const editorZh: Record<keyof typeof editorEn, string> = {
  byHand: "手动修改", notApplied: "尚未应用的修改：{count} 项", goOnEditing: "继续编辑", dropDraft: "放弃我的修改", takeBackLast: "撤回上一步",
  changedMeanwhile: "此应用刚刚被他人修改。你的修改仍保留，现基于版本 {number}，请再看一遍。",
  lookAtMarked: "还有不正确的地方，请查看标出的项。",
  appTitle: "标题", appIcon: "图标", appIconHint: "一个表情符号", appAbout: "说明", appCurrency: "货币", appCurrencyHint: "CNY、EUR、USD…", appTheme: "外观",
  kindOfRecord: "记录类型", fieldsOf: "{name}的字段", fieldLabel: "字段名称", fieldType: "类型", fieldRequired: "必填", fieldOptional: "选填",
  fieldUnit: "单位", fieldHint: "输入框下的提示", fieldLeast: "最小值", fieldMost: "最大值", fieldFormula: "自动计算", fieldFormulaHint: "用其他字段的公式，如 price * count",
  fieldRelatesTo: "关联的记录", fieldOrder: "调整字段顺序", moreAbout: "{name}的更多设置",
  choices: "选项", choiceNamed: "选项{name}", addChoice: "添加选项", addField: "添加字段", newField: "新字段",
  moveUp: "上移{name}", moveDown: "下移{name}",
  view: "视图", viewTitle: "视图名称", viewType: "显示为", viewBy: "依据", viewFigure: "统计", viewOf: "记录", viewOrder: "调整视图顺序", addView: "添加视图",
  whatRolesMay: "各角色的权限", whatEditorsMay: "可编辑的人可以", whatViewersMay: "仅查看的人可以", forRecords: "{who} · {name}",
  mayAdd: "添加记录", mayChangeOwn: "修改自己的", mayChangeAny: "修改全部", mayRemoveOwn: "删除自己的", mayRemoveAny: "删除全部",
  typeTEXT: "文本", typeNUMBER: "数字", typeINTEGER: "整数", typeBOOLEAN: "是或否", typeDATE: "日期", typeDATETIME: "日期和时间", typeCHOICE: "单选",
  typeMULTI_CHOICE: "多选", typePERSON: "人员", typeRATING: "星级", typeDURATION: "时长", typeMONEY: "金额", typeURL: "链接", typeIMAGE: "图片", typeRELATION: "另一条记录",
  viewFORM: "表单", viewTABLE: "表格", viewLIST: "列表", viewBOARD: "看板", viewCALENDAR: "日历", viewCHECKLIST: "清单", viewGALLERY: "图库", viewCHART: "图表", viewMETRIC: "单个数值", viewCUSTOM: "脚本",
  themeplain: "简洁", themewarm: "暖色", themecool: "冷色", themeforest: "森林", themenight: "夜色",
};
